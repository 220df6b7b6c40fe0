import { Command } from 'commander'
import { plainText } from '../../lambda/alerts/plain-text.ts'
import { TAG_OUTCOMES } from '../../lambda/alerts/tag-outcomes.ts'
import type { StatusResponse } from '../../lambda/core/response.ts'
import { askApi } from '../api-client.ts'
import { type ApiOptions, withApi } from '../api-options.ts'
import { baseLines, standingLine } from '../base-lines.ts'
import { exitForState } from '../exit.ts'
import { printAnswer } from '../output-option.ts'
import { checkLines, paintState } from '../print-checks.ts'
import { waiverLine } from '../waiver-line.ts'

/** `assay status IMAGE`: what the status API knows. */
export function statusCommand(): Command {
  return withApi(new Command('status'))
    .description('what is known of an image: exit 0 verified, 1 failed or degraded, 3 anything else')
    .argument('<image>', '[HOST/]NAME[:TAG][@DIGEST]')
    .action(async (image: string, { api, output }: ApiOptions) => {
      const { body } = await askApi(api, '/v1/status', { image })
      printAnswer(output, body, () => statusLines(body as Partial<StatusResponse>))
      process.exitCode = exitForState(String(body.state))
    })
}

/** A status as people read it. */
export function statusLines({
  image,
  digest,
  state,
  quarantined,
  checks = [],
  tags = [],
  graceUntil,
  lastError,
  waiver,
  base,
  standing,
}: Partial<StatusResponse>): string[] {
  return [
    `${image} ${paintState(state ?? 'unknown')}${quarantined ? ' (quarantined)' : ''}`,
    ...(digest ? [`  ${digest}`] : []),
    ...(waiver ? [waiverLine(waiver)] : []),
    ...checkLines(checks),
    ...(base ? baseLines(base) : []),
    ...(standing ? [standingLine(standing)] : []),
    ...tags.map(({ tag, outcome }) => `  tag ${plainText(tag)}: ${TAG_OUTCOMES[outcome]}`),
    ...(graceUntil ? [`  what is missing may still arrive until ${graceUntil}`] : []),
    // In state `error` it is the check
    ...(lastError && state !== 'error' ? [`  last try: ${lastError.message}`] : []),
  ]
}
