import { Command } from 'commander'
import { askApi } from '../api-client.ts'
import { type ApiOptions, withApi } from '../api-options.ts'
import { EXIT } from '../exit.ts'
import { askOperations, isHealthy, operationsLines } from '../operations.ts'
import { printAnswer } from '../output-option.ts'

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
        for (const { registry } of (await askOperations(api)).registries.filter((one) => one.selfTest)) {
          await askApi(api, '/v1/self-tests', {}, { method: 'POST', body: { registry } })
        }
      }
      const found = await askOperations(api)
      printAnswer(output, found, () => operationsLines(found))
      process.exitCode = isHealthy(found) ? EXIT.verified : EXIT.failed
    })
}
