import { styleText } from 'node:util'
import { Command } from 'commander'
import type { GateAnswer } from '../../lambda/core/gate.ts'
import { askApi } from '../api-client.ts'
import { type ApiOptions, withApi } from '../api-options.ts'
import { EXIT, exitForState } from '../exit.ts'
import { printAnswer } from '../output-option.ts'

type Options = ApiOptions & { readonly environment?: string }

/** `assay gate IMAGE`: may this be deployed? */
export function gateCommand(): Command {
  return withApi(new Command('gate'))
    .description('may this image be deployed: exit 0 yes, 1 no, 3 not decided yet')
    .argument('<image>', '[HOST/]NAME[:TAG][@DIGEST]')
    .option('--environment <name>', 'the environment it would be deployed to')
    .action(async (image: string, { api, environment, output }: Options) => {
      const { body } = await askApi(api, '/v1/gate', { image, environment })
      const answer = body as GateAnswer
      printAnswer(output, body, () => gateLines(answer))
      process.exitCode = answer.allow ? EXIT.verified : exitForNo(answer.state)
    })
}

/** A no is never exit 0, whatever the state behind it. */
function exitForNo(state: string): number {
  return exitForState(state) === EXIT.failed ? EXIT.failed : EXIT.undecided
}

function gateLines(answer: GateAnswer): string[] {
  if (answer.allow)
    return [`${styleText('green', 'yes')} ${answer.digestRef}`, `  ${answer.because}, valid until ${answer.validUntil}`]
  const wait = answer.retryAfter === undefined ? [] : [`  ask again in ${answer.retryAfter} s`]
  return [`${styleText('red', 'no')}: ${answer.state}`, ...answer.reasons.map((reason) => `  ${reason}`), ...wait]
}
