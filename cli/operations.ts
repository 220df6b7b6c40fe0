import { styleText } from 'node:util'
import * as z from 'zod'
import { plainText } from '../lambda/alerts/plain-text.ts'
import { askApi } from './api-client.ts'

const byPerson = z.object({ by: z.string(), reason: z.string(), at: z.string() })
const queue = z.object({ queue: z.string(), waiting: z.number(), dead: z.number() })
const registry = z.object({
  registry: z.string(),
  means: z.enum(['remove', 'overwrite', 'none', 'untested', 'read-only']),
  selfTest: z.boolean().default(true),
  detail: z.string().optional(),
  testedAt: z.string().optional(),
})
const pass = z.object({
  registry: z.string(),
  startedAt: z.string().optional(),
  finishedAt: z.string().optional(),
  repository: z.string().optional(),
  tags: z.number().default(0),
  images: z.number().default(0),
  found: z.number().default(0),
  gone: z.number().default(0),
})

const bases = z.object({
  watched: z.number(),
  unjudged: z.number(),
  startedAt: z.string().optional(),
  troubles: z.array(z.object({ base: z.string(), why: z.string() })),
})

/** The body of GET /v1/operations. */
export const operations = z.object({
  armed: z.boolean(),
  disarmed: byPerson.optional(),
  breaker: z.object({
    tripped: z.boolean(),
    at: z.string().optional(),
    why: z.string().optional(),
    counted: z.number(),
    resumed: byPerson.optional(),
  }),
  registries: z.array(registry),
  reconciliation: z.array(pass),
  bases: bases.default({ watched: 0, unjudged: 0, troubles: [] }),
  queues: z.array(queue),
})
export type Operations = z.infer<typeof operations>

/** Asks the status API how the installation is. */
export async function askOperations(api: string): Promise<Operations> {
  return operations.parse((await askApi(api, '/v1/operations', {})).body)
}

export type RegistryMeans = z.infer<typeof registry>

const MEANS: Readonly<Record<RegistryMeans['means'], string>> = {
  remove: 'armed: a tag is removed together with its digest',
  overwrite: 'armed for tags that may move: they are overwritten by a tombstone; immutable ones are left',
  none: 'not armed: the self-test failed',
  'read-only': 'only read: its images are judged and told of, and no tag is touched',
  untested: 'not armed: the self-test was never made; make it with: assay doctor',
}

const FINE: readonly RegistryMeans['means'][] = ['remove', 'overwrite', 'read-only']

/** What holds quarantine, what each registry can do, and what lies in the queues, for people. */
export function operationsLines({
  armed,
  disarmed,
  breaker,
  registries,
  reconciliation,
  bases: watched,
  queues,
}: Operations): string[] {
  return [
    mark(armed, armed ? 'quarantine is armed' : `quarantine is disarmed${disarmed ? byLine(disarmed) : ''}`),
    mark(
      !breaker.tripped,
      breaker.tripped
        ? `the breaker has stopped quarantine since ${breaker.at}: ${plainText(breaker.why ?? '')}; go on with: assay resume`
        : `the breaker is closed: ${breaker.counted} images quarantined in the last ten minutes`,
    ),
    ...registries.flatMap(registryLines),
    ...reconciliation.map(passLine),
    ...baseLines(watched),
    ...queues.map(({ queue: name, waiting, dead }) =>
      mark(
        dead === 0,
        `queue ${name}: ${waiting} waiting, ${dead} dead${dead === 0 ? '' : `; put them back with: assay redrive ${name}`}`,
      ),
    ),
  ]
}

/** Whether all is as it should be. */
export function isHealthy({ armed, breaker, registries, bases: watched, queues }: Operations): boolean {
  const ready = registries.every(({ means }) => FINE.includes(means))
  const known = watched.unjudged === 0 && watched.troubles.length === 0
  return armed && !breaker.tripped && ready && known && queues.every(({ dead }) => dead === 0)
}

function registryLines({ registry: host, means, detail, testedAt }: RegistryMeans): string[] {
  const line = mark(FINE.includes(means), `registry ${plainText(host)}: ${MEANS[means]}`)
  return detail === undefined
    ? [line]
    : [line, `    ${plainText(detail)}${testedAt === undefined ? '' : ` (${testedAt})`}`]
}

function passLine({ registry: host, startedAt, finishedAt, repository, ...counted }: z.infer<typeof pass>): string {
  const { tags, images, found, gone } = counted
  const counts = `${tags} tags and ${images} images compared, ${found} tags that nobody told us of, ${gone} images gone`
  if (startedAt === undefined) return mark(true, `${plainText(host)} was not yet compared with what we know`)
  if (finishedAt !== undefined)
    return mark(true, `${plainText(host)} was compared with what we know at ${finishedAt}: ${counts}`)
  const where = repository === undefined ? '' : `, now ${plainText(repository)}`
  return mark(true, `${plainText(host)} is being compared with what we know since ${startedAt}${where}: ${counts}`)
}

function baseLines({ watched, unjudged, startedAt, troubles }: z.infer<typeof bases>): string[] {
  const since = startedAt === undefined ? 'none looked at yet' : `last from ${plainText(startedAt)} on`
  const waiting = `; ${unjudged} not judged yet, and until then an image that stands on no known base is "error"`
  const line = mark(unjudged === 0, `${watched} tags of bases are looked at, ${since}${unjudged === 0 ? '' : waiting}`)
  const shown = watched === 0 && troubles.length === 0 ? [] : [line]
  return [...shown, ...troubles.map(({ base, why }) => mark(false, `base ${plainText(base)}: ${plainText(why)}`))]
}

function byLine({ by, reason, at }: z.infer<typeof byPerson>): string {
  return ` by ${plainText(by)} since ${at}: ${plainText(reason)}`
}

function mark(good: boolean, text: string): string {
  return `${good ? styleText('green', '✓') : styleText('yellow', '!')} ${text}`
}
