import { Command } from 'commander'
import * as z from 'zod'
import { askApi } from '../api-client.ts'
import { type ApiOptions, withApi } from '../api-options.ts'
import { operations } from '../operations.ts'

const answer = z.object({ queue: z.string(), moved: z.number() })

/** `assay redrive`: puts dead messages back on the queue they were for. */
export function redriveCommand(): Command {
  return withApi(new Command('redrive'))
    .description('put dead messages back on the queue they were for; one that was handled already does no harm')
    .argument('[queue]', 'which queue: verify, act or intake; without, all of them')
    .action(async (named: string | undefined, { api, output }: ApiOptions) => {
      const { queues } = operations.parse((await askApi(api, '/v1/operations', {})).body)
      // A message that is dead at once would be put back for ever
      const dead = queues.filter(({ queue }) => named === undefined || queue === named)
      const moved: Record<string, number> = {}
      for (const { queue, dead: most } of dead.length > 0 ? dead : [{ queue: named ?? '', dead: 0 }]) {
        moved[queue] = await redrive(api, queue, most)
      }
      if (output === 'json') console.log(JSON.stringify({ moved }, null, 2))
      else for (const [queue, count] of Object.entries(moved)) console.log(`${queue}: ${count} put back`)
    })
}

async function redrive(api: string, queue: string, most: number): Promise<number> {
  let moved = 0
  for (;;) {
    const { body } = await askApi(api, '/v1/redrive', {}, { method: 'POST', body: { queue } })
    const { moved: more } = answer.parse(body)
    moved += more
    if (more === 0 || moved >= most) return moved
  }
}
