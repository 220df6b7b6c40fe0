import { Command } from 'commander'
import { askApi } from '../api-client.ts'
import { type ApiOptions, withApi } from '../api-options.ts'
import { EXIT } from '../exit.ts'
import { isHealthy, type Operations, operations, operationsLines } from '../operations.ts'

type Options = ApiOptions & { readonly selfTest: boolean }

/** `assay doctor`: makes the self-test of every registry, and tells what holds quarantine and what lies in the queues. */
export function doctorCommand(): Command {
  return withApi(new Command('doctor'))
    .description(
      'find out in the scratch repository of every registry how its tags can be taken, and arm it by that; tell what holds quarantine: exit 0 all is well, 1 not',
    )
    .option('--no-self-test', 'only look: make no self-test')
    .action(async ({ selfTest, api, output }: Options) => {
      if (selfTest) {
        for (const { registry } of (await ask(api)).registries.filter((one) => one.selfTest)) {
          await askApi(api, '/v1/self-tests', {}, { method: 'POST', body: { registry } })
        }
      }
      const found = await ask(api)
      if (output === 'json') console.log(JSON.stringify(found, null, 2))
      else for (const line of operationsLines(found)) console.log(line)
      process.exitCode = isHealthy(found) ? EXIT.verified : EXIT.failed
    })
}

async function ask(api: string): Promise<Operations> {
  return operations.parse((await askApi(api, '/v1/operations', {})).body)
}
