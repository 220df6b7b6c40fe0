import { historyHash } from '../../lambda/core/history.ts'
import { formatImage } from '../../lambda/core/image.ts'
import type { HistoryRow, ImageRecord } from '../../lambda/core/status.ts'
import { quarantineTag } from '../../lambda/core/tags.ts'
import { HOST, type Memory } from '../memory/world.ts'
import type { Ending } from './stories.ts'

/** What is not as it must be, one sentence each. `taken`: every tag that was taken, as `HOST/NAME:TAG@DIGEST`. */
export async function findDeviations(
  outside: Memory,
  endings: readonly Ending[],
  taken: readonly string[],
): Promise<readonly string[]> {
  const told = countBy(outside.published.filter(({ event }) => event === 'failed').map(({ digest }) => digest))
  const times = countBy(taken)
  const found = await Promise.all(endings.map((ending) => deviationsOf(outside, ending, told, times)))
  return found.flat()
}

async function deviationsOf(
  { world: { store }, registry: { registry } }: Memory,
  ending: Ending,
  told: ReadonlyMap<string, number>,
  times: ReadonlyMap<string, number>,
): Promise<readonly string[]> {
  const { name, digest, has, puts } = ending
  const record = await store.image({ host: HOST, name, digest })
  const rows = record === undefined ? [] : (await store.history(record, 100)).items
  const tags = [...new Set([...Object.keys(puts), ...(has === undefined ? [] : [has])])]
  const tagged = await Promise.all(
    tags.map(async (tag) => {
      const on = await registry.resolve(name, tag)
      const often = times.get(formatImage({ host: HOST, name, tag, digest })) ?? 0
      return [
        tag === has && on !== digest && `${tag} is not on it at the end`,
        tag !== has && on === digest && `${tag} is still on it`,
        often > (puts[tag] ?? 0) && `${tag} was taken ${often} times`,
      ]
    }),
  )
  const failed = [record, ...rows].some((one) => one?.state === 'failed')
  const alerts = told.get(digest) ?? 0
  const readable = (await registry.manifest(name, digest)) !== undefined
  const kept =
    record === undefined ||
    record.taken.length === 0 ||
    (await registry.resolve(name, quarantineTag(digest))) === digest
  return [
    !isAsExpected(ending, record) && `it is ${record?.state ?? 'unknown'}, and not ${ending.state}`,
    ending.state === 'failed' ? !failed && 'it never failed' : failed && !ending.late && 'it was failed',
    alerts !== Number(failed) && `${alerts} alerts that it failed`,
    readable === (ending.state === 'deleted') && `readable: ${readable}`,
    !kept && 'no quarantine tag is on it',
    record !== undefined && record.todo.length > 0 && `work is left: ${JSON.stringify(record.todo)}`,
    record?.lease !== undefined && 'a worker still holds it',
    record !== undefined && faultOf(record, rows),
    ...tagged.flat(),
  ].flatMap((what) => (what ? [`${formatImage({ host: HOST, name, digest })}: ${what}`] : []))
}

function isAsExpected({ state }: Ending, record: ImageRecord | undefined): boolean {
  if (state === 'unknown') return record === undefined
  if (state === 'deleted') return record === undefined || record.goneAt !== undefined
  return record?.state === state
}

/** Revs count down to 1 without a gap, each row names the hash of the one before it, and there are no more than states an image goes through. */
function faultOf(record: ImageRecord, rows: readonly HistoryRow[]): string | undefined {
  const revs = rows.map(({ rev }) => rev)
  if (revs.length !== record.rev - 1 || revs.some((rev, n) => rev !== record.rev - 1 - n))
    return `revs ${revs.join()} before ${record.rev}`
  const states = [record, ...rows].map(({ state }) => state)
  if (new Set(states).size !== states.length) return `states ${states.join()}`
  const named = [record.historyHash, ...rows.map(({ previousHash }) => previousHash)]
  const broken = [...rows.map(historyHash), undefined].findIndex((hash, n) => hash !== named[n])
  return broken < 0 ? undefined : `rev ${record.rev - broken} does not name the hash of the one before it`
}

function countBy(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}
