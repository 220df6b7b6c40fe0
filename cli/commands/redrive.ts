import { Command } from 'commander'
import * as z from 'zod'
import { askApi } from '../api-client.ts'
import { type ApiOptions, withApi } from '../api-options.ts'
import { askOperations } from '../operations.ts'
import { printAnswer } from '../output-option.ts'

const answer = z.object({ queue: z.string(), moved: z.number() })

/** `assay redrive`: puts dead messages back on the queue they were for. */
export function redriveCommand(): Command {
  return withApi(new Command('redrive'))
    .description('put dead messages back on the queue they were for; one that was handled already does no harm')
    .argument('[queue]', 'which queue: verify, act or intake; without, all of them')
    .action(async (named: string | undefined, { api, output }: ApiOptions) => {
      const { queues } = await askOperations(api)
      // One that is not known is for the API to refuse
      const known = queues.filter(({ queue }) => named === undefined || queue === named)
      const asked = named === undefined || known.length > 0 ? known : [{ queue: named, dead: 0 }]
      const moved: Record<string, number> = {}
      for (const { queue, dead } of asked) moved[queue] = await redrive(api, queue, dead)
      printAnswer(output, { moved }, () => Object.entries(moved).map(([queue, count]) => `${queue}: ${count} put back`))
    })
}

/** No more than were dead: a message that is dead again at once would be put back for ever. */
async function redrive(api: string, queue: string, most: number): Promise<number> {
  let moved = 0
  for (;;) {
    const { body } = await askApi(api, '/v1/redrive', {}, { method: 'POST', body: { queue } })
    const { moved: more } = answer.parse(body)
    moved += more
    if (more === 0 || moved >= most) return moved
  }
}
