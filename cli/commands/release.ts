import { Command } from 'commander'
import { parseDuration } from '../../lambda/core/policy/duration.ts'
import type { StatusResponse } from '../../lambda/core/response.ts'
import { plusSeconds } from '../../lambda/core/status.ts'
import { askApi } from '../api-client.ts'
import { type ApiOptions, withReason } from '../api-options.ts'
import { printAnswer } from '../output-option.ts'
import { statusLines } from './status.ts'

type Options = ApiOptions & { readonly reason: string; readonly expires: string }

/** `assay release IMAGE`: accepts a digest in your name, and gives its tags back. */
export function releaseCommand(): Command {
  return withReason(new Command('release'))
    .description('accept an image by digest in your name (a waiver), and have its tags given back: exit 0 it stands')
    .argument('<image>', '[HOST/]NAME@DIGEST')
    .requiredOption('--expires <when>', 'until when: 2026-12-24T18:00:00Z, or for how long: 12h, 30d; 90d at most')
    .action(async (image: string, { reason, expires, api, output }: Options) => {
      const body = { image, reason, expiresAt: expiryOf(expires, new Date()) }
      const { body: status } = await askApi(api, '/v1/releases', {}, { method: 'POST', body })
      printAnswer(output, status, () => statusLines(status as Partial<StatusResponse>))
    })
}

/** What is no duration is for the API to read. */
function expiryOf(text: string, now: Date): string {
  const seconds = parseDuration(text)
  return typeof seconds === 'string' ? text : plusSeconds(now.toISOString(), seconds)
}
