import { historyHash } from '../../lambda/core/history.ts'
import type { Digest } from '../../lambda/core/image.ts'
import type { StatusResponse } from '../../lambda/core/response.ts'
import type { HistoryRow } from '../../lambda/core/status.ts'
import { quarantineTag } from '../../lambda/core/tags.ts'
import { mapLimited } from '../../lambda/map-limited.ts'
import type { Delivered } from '../../local/inbox.ts'
import { pullManifest } from '../../local/signing/push.ts'
import type { Entry, Ledger, Tag } from './ledger.ts'
import type { Target } from './load.ts'

export const KINDS = ['verdict', 'image', 'alert', 'tag', 'history'] as const
export type Loss = { readonly kind: (typeof KINDS)[number]; readonly what: string }

const AT_ONCE = 8

/** The images that people were told of as failed, once for each alert. */
export async function toldOf(target: Target): Promise<readonly string[]> {
  const alerts = await get<readonly Delivered[]>(target.api, '/local/alerts')
  return alerts.filter(({ subject }) => subject.endsWith('failed verification')).map(({ image }) => image)
}

/** Everything the client was told and the stack does not hold to, seen through HTTP alone. Empty: nothing was lost. */
export async function findLosses(target: Target, { tags }: Ledger): Promise<readonly Loss[]> {
  const told = await toldOf(target)
  const losses = await mapLimited(tags, AT_ONCE, (tag) => lossesAt(target, tag, told))
  return losses.flat()
}

async function lossesAt(target: Target, tag: Tag, told: readonly string[]): Promise<readonly Loss[]> {
  const losses: Loss[] = []
  const repository = { registry: target.registry, name: tag.name }
  const states = new Map<Digest, StatusResponse>()
  for (const entry of tag.entries) {
    const { digest } = entry.image
    const lost = (kind: Loss['kind'], what: string) =>
      losses.push({ kind, what: `${tag.name}:${tag.tag}@${digest}: ${what}` })
    const image = encodeURIComponent(`${new URL(target.registry).host}/${tag.name}@${digest}`)
    const status = await get<StatusResponse>(target.api, `/v1/status?image=${image}`)
    states.set(digest, status)
    if (!expected(entry).includes(status.state)) lost('verdict', `signed ${entry.signed}, and it is ${status.state}`)
    if ((await pullManifest(repository, digest)) === undefined) lost('image', 'it cannot be read by digest')
    if (status.quarantined && (await pullManifest(repository, quarantineTag(digest)))?.digest !== digest)
      lost('image', 'it is quarantined, and no quarantine tag keeps it')
    const changes = await historyOf(target.api, image)
    for (const gap of gapsIn(changes, status)) lost('history', gap)
    if (changes.some(({ state }) => state === 'failed') && !told.some((one) => one.endsWith(digest)))
      lost('alert', 'it was failed, and nobody was told')
  }
  const now = (await pullManifest(repository, tag.tag))?.digest
  return [
    ...losses,
    ...wrongTag(tag, now, states).map((what) => ({ kind: 'tag' as const, what: `${tag.name}:${tag.tag}: ${what}` })),
  ]
}

function expected({ signed }: Entry): readonly string[] {
  return { no: ['failed'], perhaps: ['failed', 'verified'], yes: ['verified'] }[signed]
}

/** A verified image keeps the tag it was given last; a failed one has none, and has been noted as taken. */
function wrongTag({ entries, unanswered }: Tag, now: Digest | undefined, states: ReadonlyMap<Digest, StatusResponse>) {
  const there = now && states.get(now)
  const wrong: string[] = []
  if (now !== undefined && there === undefined && !unanswered) wrong.push(`it is on ${now}, which nobody put there`)
  if (there?.state === 'failed') wrong.push(`it is on ${now}, which has failed`)
  const last = entries.at(-1)?.image.digest
  const lastStatus = last && states.get(last)
  if (unanswered || lastStatus === undefined) return wrong
  if (lastStatus.state === 'verified' && now !== last)
    wrong.push(`it is on ${now}, and not on ${last}, which is verified`)
  if (lastStatus.state === 'failed' && !lastStatus.quarantined) wrong.push(`${last} has failed, and it was not taken`)
  return wrong
}

/** Every change of state of an image, newest first. */
async function historyOf(api: string, image: string): Promise<readonly HistoryRow[]> {
  const rows: HistoryRow[] = []
  let cursor: string | undefined
  do {
    const page = await get<{ changes: readonly HistoryRow[]; cursor?: string }>(
      api,
      `/v1/history?image=${image}${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    )
    rows.push(...page.changes)
    cursor = page.cursor
  } while (cursor !== undefined)
  // The API leaves out what kind of signer it is; here all are keys
  return rows.map((row) => ({
    ...row,
    signers: row.signers.map((signer) => ({ ...signer, kind: 'key' as const }) as typeof signer),
  }))
}

/** Revs count down to 1 without a gap, and each row names the hash of the one before it. */
function gapsIn(rows: readonly HistoryRow[], { rev }: StatusResponse): readonly string[] {
  return rows.flatMap((row, n) => {
    const before = rows[n + 1]
    const gaps = row.rev === rev - n ? [] : [`rev ${row.rev} stands where ${rev - n} should`]
    if (before === undefined) return row.rev === 1 ? gaps : [...gaps, `the oldest rev is ${row.rev}`]
    return row.previousHash === historyHash(before)
      ? gaps
      : [...gaps, `rev ${row.rev} does not name the hash of rev ${before.rev}`]
  })
}

async function get<Body>(origin: string, path: string): Promise<Body> {
  return (await (await fetch(origin + path)).json()) as Body
}
