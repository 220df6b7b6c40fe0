import type { Alert } from '../../lambda/core/alert.ts'
import { historyHash, historyRow } from '../../lambda/core/history.ts'
import type { Digest } from '../../lambda/core/image.ts'
import { enforcementFor } from '../../lambda/core/policy/match.ts'
import type { ImageRecord } from '../../lambda/core/status.ts'
import { isQuarantineTagOf } from '../../lambda/core/tags.ts'
import { findTodo } from '../../lambda/core/todo.ts'
import { sparesTags } from '../../lambda/core/waiver.ts'
import type { Table } from '../memory/store.ts'
import { HOST, NAME } from '../memory/world.ts'
import { RULES, type Rules } from './jobs.ts'
import type { Shelf } from './outside.ts'
import { Violation, type Witness } from './state.ts'
import { clockOf } from './time.ts'

export type Moment = {
  readonly now: string
  readonly rules: Rules
  readonly table: Table
  readonly shelf: Shelf
  readonly witness: Witness
}

export const GRACE = 600_000

export function recordOf({ table }: Pick<Moment, 'table'>, digest: Digest): ImageRecord | undefined {
  return table.images.get(`${HOST}/${NAME}@${digest}`)
}

/** Throws a Violation where it does not hold. */
export function must(holds: boolean, rule: string, message: string): void {
  if (!holds) throw new Violation(rule, message)
}

/** I7: every write is on the version that was read; every change of state is a new rev whose outgoing verdict was kept before. */
export function checkWrite({ table, witness }: Moment, next: ImageRecord): void {
  const before = recordOf({ table }, next.digest)
  must(next.version === (before?.version ?? 0) + 1, 'rule 1', 'a write on a version that was not the stored one')
  if (next.state === 'verified' && before?.state !== 'verified')
    must(witness.signed[next.digest] !== undefined, 'I7', 'verified without a good signature')
  if (before === undefined) return
  const moved = before.state !== next.state
  must(
    next.rev === before.rev + (moved ? 1 : 0),
    'I7',
    `${before.state} to ${next.state}, rev ${before.rev} to ${next.rev}`,
  )
  if (!moved) return
  const kept = table.history.get(`${HOST}/${NAME}@${next.digest}`)?.find(({ rev }) => rev === before.rev)
  const hash = historyHash(historyRow(before))
  must(
    kept !== undefined && historyHash(kept) === hash,
    'I7',
    `${before.state} (rev ${before.rev}) is not in the history`,
  )
  must(next.historyHash === hash, 'I7', 'the chain of the history is broken')
}

/** I1, I6, I11 and rule 4: what must hold at the moment in which a tag is removed. */
export function checkRemoval(moment: Moment, tag: string, judged: Digest): void {
  const { shelf, witness, now } = moment
  must(shelf.tags[tag] === judged, 'I1', `${tag} was removed while it was on another image than the one judged`)
  const record = recordOf(moment, judged)
  must(record?.taken.includes(tag) === true, 'rule 4', `${tag} was removed before it was written down as taken`)
  if (record === undefined) return
  must(!sparesTags(record, now), 'rule 4', `${tag} was removed though a person has accepted the image`)
  const { onDegraded } = enforcementFor(RULES[moment.rules], record)
  must(
    record.verifiedAt === undefined || onDegraded === 'quarantine' || record.state === 'verified',
    'I11',
    `${tag} was taken from what was once verified`,
  )
  const signed = witness.signed[judged]
  const deadline = clockOf(record.awaitedSince ?? now) + GRACE
  must(
    signed === undefined || signed >= deadline,
    'I6',
    `${tag} was taken though the signature came before the deadline`,
  )
}

/** I2: every image that people pushed is there, by its digest. */
export function checkReachable({ shelf, witness }: Moment): void {
  for (const digest of Object.values(witness.pushed).flat())
    must(shelf.manifests.includes(digest), 'I2', `${digest} is no longer in the registry`)
}

/** Rule 10: people are told of a failure after the first attempt to act, with what came of it. */
export function checkAlert(moment: Moment, { event, digest, tags, state }: Alert): void {
  if (event !== 'failed' || state !== 'failed' || tags.length > 0) return
  const record = recordOf(moment, digest)
  if (record === undefined || findTodo(record, 'quarantine') === undefined) return
  const waiting = Object.entries(moment.shelf.tags).filter(
    ([tag, on]) => on === digest && !isQuarantineTagOf(tag, digest) && moment.witness.pushed[tag]?.length === 1,
  )
  must(waiting.length === 0, 'rule 10', 'people were told before it was tried to take the tag')
}
