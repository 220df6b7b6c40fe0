import { Command } from 'commander'
import { askApi } from '../api-client.ts'
import { type ApiOptions, withReason } from '../api-options.ts'
import { operations, operationsLines } from '../operations.ts'
import { printAnswer } from '../output-option.ts'

type Options = ApiOptions & { readonly reason: string }

const WHAT = {
  disarm: 'take no tag from now on, in any registry; what was taken stays taken (assay undo puts it back)',
  arm: 'take tags again, wherever the self-test has passed',
  resume: 'go on after the breaker has stopped quarantine; what it held back is looked at within a minute',
} as const

/** `assay disarm`, `arm` and `resume`: hold quarantine, and let it go on. */
export function holdCommand(name: keyof typeof WHAT): Command {
  return withReason(new Command(name))
    .description(WHAT[name])
    .action(async ({ reason, api, output }: Options) => {
      const { body } = await askApi(api, `/v1/operations/${name}`, {}, { method: 'POST', body: { reason } })
      printAnswer(output, body, () => operationsLines(operations.parse(body)))
    })
}
