import { Command } from 'commander'
import * as z from 'zod'
import { plainText } from '../../lambda/alerts/plain-text.ts'
import { BadInput } from '../../lambda/core/bad-input.ts'
import { parseDuration } from '../../lambda/core/policy/duration.ts'
import { plusSeconds } from '../../lambda/core/status.ts'
import { askApi } from '../api-client.ts'
import { type ApiOptions, withApi } from '../api-options.ts'
import { askPages } from '../ask-pages.ts'
import { EXIT } from '../exit.ts'
import { printAnswer } from '../output-option.ts'
import { paintState } from '../print-checks.ts'

const held = z.object({
  image: z.string(),
  state: z.string(),
  takenAt: z.string().optional(),
  policies: z.array(z.string()),
  tags: z.array(z.object({ tag: z.string(), would: z.enum(['give-back', 'refuse-newer', 'unknown']) })),
  archivedAt: z.string().optional(),
})
const planPage = z.object({ images: z.array(held), cursor: z.string().optional() })
const donePage = z.object({
  images: z.array(z.object({ image: z.string(), undone: z.boolean(), why: z.string().optional() })),
})
type Held = z.infer<typeof held>

type Options = ApiOptions & {
  readonly since?: string
  readonly policy?: string
  readonly reason?: string
  readonly yes?: boolean
}

/** Images that one call undoes. */
const AT_ONCE = 50

/** `assay undo`: shows what was taken since a time or by a policy, and, told so, has it put back. */
export function undoCommand(): Command {
  return withApi(new Command('undo'))
    .description(
      'show what was taken since a time, or by a policy, and with --yes have it put back; gates still say no, and nothing is taken again until other policies judge: exit 0 shown or put back',
    )
    .option('--since <time>', 'taken since: 2026-12-24T18:00:00Z, or for how long back: 2h')
    .option('--policy <name>', 'taken from images that this policy fails')
    .option('--reason <text>', 'why, in up to 500 characters; needed with --yes')
    .option('--yes', 'put it back; without, it is only shown')
    .action(async ({ since, policy, reason, yes = false, api, output }: Options) => {
      if (yes && reason === undefined) throw new BadInput('--yes puts tags back in your name: give --reason "…" too')
      const plan = await planOf(api, { since: since && timeOf(since, new Date()), policy })
      const missed = yes ? await apply(api, plan, reason ?? '') : []
      for (const line of missed) console.error(line)
      printAnswer(output, { images: plan, applied: yes }, () => planLines(plan, yes))
      process.exitCode = missed.length === 0 ? EXIT.verified : EXIT.undecided
    })
}

async function planOf(api: string, query: Readonly<Record<string, string | undefined>>): Promise<readonly Held[]> {
  const all: Held[] = []
  for await (const { images } of askPages(api, '/v1/undo', { ...query, limit: '50' }, planPage)) all.push(...images)
  return all
}

/** Asks for all of it; what could not be asked for now, each with why. */
async function apply(api: string, plan: readonly Held[], reason: string): Promise<string[]> {
  const missed: string[] = []
  for (let i = 0; i < plan.length; i += AT_ONCE) {
    const images = plan.slice(i, i + AT_ONCE).map(({ image }) => image)
    const { body } = await askApi(api, '/v1/undo', {}, { method: 'POST', body: { images, reason } })
    missed.push(...donePage.parse(body).images.flatMap(({ why }) => (why === undefined ? [] : [plainText(why)])))
  }
  return missed
}

/** What is no duration is for the API to read. */
function timeOf(text: string, now: Date): string {
  const seconds = parseDuration(text)
  return typeof seconds === 'string' ? text : plusSeconds(now.toISOString(), -seconds)
}

function planLines(plan: readonly Held[], applied: boolean): string[] {
  const tags = plan.flatMap((one) => one.tags)
  const back = tags.filter(({ would }) => would === 'give-back').length
  const count = `${back} tags of ${plan.length} images`
  return [
    ...plan.flatMap(heldLines),
    plan.length === 0
      ? 'nothing that is taken matches'
      : applied
        ? `${count} are being put back: assay status tells of each`
        : `${count} would be put back; with --yes --reason "…" they are`,
  ]
}

const WOULD = {
  'give-back': [],
  'refuse-newer': ['stays, a newer image has it'],
  unknown: ['its registry does not answer now'],
} as const satisfies Record<Held['tags'][number]['would'], readonly string[]>

function heldLines({ image, state, takenAt, policies, tags, archivedAt }: Held): string[] {
  const by = policies.length === 0 ? '' : `, failed by ${policies.map((name) => plainText(name)).join(', ')}`
  return [
    `${plainText(image)} ${paintState(state)}, taken ${takenAt ?? ''}${by}`,
    ...tags.map(({ tag, would }) => [`  ${plainText(tag)}`, ...WOULD[would]].join(': ')),
    ...(archivedAt === undefined ? [] : ['  the image itself is archived, and would be restored']),
  ]
}
