import type { Digest } from '../../lambda/core/image.ts'
import type { ImageRecord, TagRecord } from '../../lambda/core/status.ts'
import { standingWaiver } from '../../lambda/core/waiver.ts'
import { HOST, NAME } from '../memory/world.ts'
import { IMAGES } from './cast.ts'
import { type Moment, must as mustBe, recordOf } from './rules.ts'
import type { Told } from './state.ts'

export type Ending = Moment & {
  readonly told: readonly Told[]
  /** How often a worker died or was not answered: so often may something be told again. */
  readonly faults: number
  /** An event was lost, so that an image may be unknown. */
  readonly lost: boolean
}

/** What must hold when all work has drained. */
export function checkEnding(ending: Ending): void {
  for (const digest of Object.values(IMAGES)) {
    const record = recordOf(ending, digest)
    if (record !== undefined) checkImage(ending, record)
  }
  for (const [tag, pushed] of Object.entries(ending.witness.pushed)) checkTag(ending, tag, pushed)
}

function must(holds: boolean, rule: string, message: string): void {
  mustBe(holds, rule, `at the end, ${message}`)
}

function nameOf(digest: Digest | undefined): string {
  return Object.entries(IMAGES).find(([, one]) => one === digest)?.[0] ?? String(digest)
}

function checkImage(ending: Ending, record: ImageRecord): void {
  const { witness, told, faults, now, shelf } = ending
  const { digest, state, taken } = record
  const name = nameOf(digest)
  must(record.todo.length === 0, 'I3', `${name} has work open: ${record.todo.map(({ kind }) => kind).join(', ')}`)
  const is = wanted(ending, record)
  must(state === is, 'I9', `${name} is ${state}, not ${is}`)
  const failures = told.filter((one) => one.digest === digest && one.event === 'failed').length
  if (witness.failed.includes(digest)) must(failures > 0, 'I5', `nobody was told that ${name} had failed`)
  must(failures <= 1 + faults, 'I5', `people were told ${failures} times that ${name} had failed`)
  const isAccepted = standingWaiver(record, now) !== undefined
  if (state === 'verified' || isAccepted)
    must(
      taken.length === 0,
      'rule 4',
      `${name} is ${isAccepted ? 'accepted' : state} and ${taken.join()} is not given back`,
    )
  for (const tag of taken) {
    // It is written down as taken before it is, and what another image's tag displaced was not taken
    const isTold =
      shelf.tags[tag] === digest ||
      record.displaced?.includes(tag) ||
      told.some((one) => one.digest === digest && one.tags.some((t) => t.tag === tag && t.outcome === 'taken'))
    must(isTold, 'rule 10', `nobody was told that ${tag} was taken from ${name}`)
    if (state === 'failed')
      must(shelf.tags[tag] !== digest, 'I3', `${tag} is listed as taken from ${name} and is on it`)
  }
}

/** What the image's state must be by what people did. */
function wanted({ witness, rules }: Ending, record: ImageRecord): ImageRecord['state'] {
  if (rules === 'stricter' && record.verifiedAt !== undefined) return 'degraded'
  if (rules === 'signed' && witness.signed[record.digest] !== undefined) return 'verified'
  // Nobody has seen it under a tag: its grace has not begun
  if (record.awaitedSince === undefined) return 'pending'
  return record.waiver?.revokedAt === undefined ? 'failed' : 'degraded'
}

function checkTag(ending: Ending, tag: string, pushed: readonly Digest[]): void {
  const on = ending.shelf.tags[tag]
  const last = pushed.at(-1)!
  const lastIsGood = !ending.witness.failed.includes(last) && recordOf(ending, last) !== undefined
  const where = on === undefined ? 'is gone' : `is on ${nameOf(on)}`
  if (on !== last)
    must(!lastIsGood, 'rule 8', `${tag} was pushed last to ${nameOf(last)}, which never failed, and ${where}`)
  if (on === undefined) {
    const isListed = Object.values(IMAGES).some((digest) => recordOf(ending, digest)?.taken.includes(tag))
    must(isListed, 'rule 4', `${tag} is gone and no image has it among its taken tags`)
  } else checkPlace(ending, tag, on, last)
  if (new Set(pushed).size === 1) checkMark(ending, tag, last)
}

function checkPlace(ending: Ending, tag: string, on: Digest, last: Digest): void {
  const record = recordOf(ending, on)
  const isBad = record?.state === 'failed' && record.waiver === undefined
  must(!isBad, 'I3', `${tag} is on ${nameOf(on)}, which has failed`)
  const item = itemOf(ending, tag)
  // No event tells of what we put there ourselves, unless the registry does
  if (on !== last || item?.ownPut !== undefined || ending.lost) return
  must(item?.digest === on, 'rule 6', `${tag} is written down as on ${nameOf(item?.digest)}, and is on ${nameOf(on)}`)
}

function itemOf({ table }: Ending, tag: string): TagRecord | undefined {
  return table.tags.get(`${HOST}/${NAME}:${tag}`)
}

/** Of a tag that people pushed to one image alone: it is on it unless it is taken, and marked accordingly. */
function checkMark(ending: Ending, tag: string, digest: Digest): void {
  const record = recordOf(ending, digest)
  if (record === undefined) return
  const isTaken = record.taken.includes(tag)
  const isThere = ending.shelf.tags[tag] === digest
  must(
    isThere !== isTaken,
    'rule 4',
    `${tag} is ${isTaken ? '' : 'not '}taken and ${isTaken ? '' : 'not '}in its place`,
  )
  must(
    (itemOf(ending, tag)?.quarantined?.digest === digest) === isTaken,
    'I9',
    `${tag} is ${isTaken ? 'not ' : ''}marked as quarantined`,
  )
}
