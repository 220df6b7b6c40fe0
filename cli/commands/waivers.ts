import { Command } from 'commander'
import * as z from 'zod'
import { askApi } from '../api-client.ts'
import { type ApiOptions, withApi } from '../api-options.ts'
import { askPages } from '../ask-pages.ts'
import { printAnswer } from '../output-option.ts'
import { paintState } from '../print-checks.ts'
import { waiverLine } from '../waiver-line.ts'

const page = z.object({
  waivers: z.array(
    z.object({
      image: z.string(),
      state: z.string(),
      by: z.string(),
      reason: z.string(),
      at: z.string(),
      expiresAt: z.string(),
    }),
  ),
  cursor: z.string().optional(),
})
type Listed = z.infer<typeof page>['waivers'][number]

/** `assay waivers`: which images people have accepted. */
export function waiversCommand(): Command {
  return new Command('waivers')
    .description('the waivers that stand now; take one back')
    .addCommand(listCommand().exitOverride(), { isDefault: true })
    .addCommand(revokeCommand().exitOverride())
}

function listCommand(): Command {
  return withApi(new Command('list'))
    .description('list all that stand, the soonest to end first')
    .action(async ({ api, output }: ApiOptions) => {
      const waivers = await allWaivers(api)
      printAnswer(output, { waivers }, () => listLines(waivers))
    })
}

function revokeCommand(): Command {
  return withApi(new Command('revoke'))
    .description(
      'end a waiver now: gates say no at once; tags that were given back stay, unless onDegraded says otherwise',
    )
    .argument('<image>', '[HOST/]NAME@DIGEST')
    .action(async (image: string, { api, output }: ApiOptions) => {
      const { body } = await askApi(api, '/v1/waivers', { image }, { method: 'DELETE' })
      printAnswer(output, body, () => [`revoked; ${image} is ${paintState(String(body.state))}`])
    })
}

async function allWaivers(api: string): Promise<readonly Listed[]> {
  const all: Listed[] = []
  for await (const { waivers } of askPages(api, '/v1/waivers', { limit: '100' }, page)) all.push(...waivers)
  return all
}

function listLines(waivers: readonly Listed[]): string[] {
  if (waivers.length === 0) return ['no waiver stands']
  return waivers.flatMap((waiver) => [`${waiver.image} ${paintState(waiver.state)}`, waiverLine(waiver)])
}
