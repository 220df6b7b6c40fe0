import type { ImageRecord } from './status.ts'
import { earliest } from './status.ts'
import { openTodo, withoutTodo } from './todo.ts'

/** A person's acceptance of a digest, whatever its policies say. */
export type Waiver = {
  /** The caller, as the authorizer of the API named it. */
  readonly by: string
  readonly reason: string
  readonly at: string
  readonly expiresAt: string
  /** When it was taken back before its time. */
  readonly revokedAt?: string
}

/** What somebody did about a waiver: part of the image's history. */
export type WaiverEvent =
  | (Omit<Waiver, 'revokedAt'> & { readonly event: 'granted' })
  | { readonly event: 'revoked'; readonly by: string; readonly at: string }
  | ({ readonly event: 'undone' } & Undone)

/** That a person put back what was taken under these policies, because they were wrong. No acceptance: gates still say no. */
export type Undone = {
  readonly by: string
  readonly reason: string
  readonly at: string
  /** What the policies asked by then, as ImageRecord.rulesHash. */
  readonly rulesHash?: string
}

/** Seconds for which an image may be accepted at a time. */
export const LONGEST_WAIVER = 90 * 24 * 3600
/** Of so many events under one rev an item keeps the newest; all are logged. */
const MAX_EVENTS = 20

type Waived = Pick<ImageRecord, 'waiver'>

/** The waiver that counts at this moment. */
export function standingWaiver({ waiver }: Waived, now: string): Waiver | undefined {
  return waiver !== undefined && waiver.revokedAt === undefined && now < waiver.expiresAt ? waiver : undefined
}

/** Whether the image was accepted once and no longer is. */
export function waiverEnded(record: Waived, now: string): boolean {
  return record.waiver !== undefined && standingWaiver(record, now) === undefined
}

/** Whether no tag may be taken, whatever policy says. A failed image that was accepted is spared until it is degraded (rule 11). */
export function sparesTags(record: ImageRecord, now: string): boolean {
  if (isUndone(record)) return true
  return record.state === 'failed' ? record.waiver !== undefined : standingWaiver(record, now) !== undefined
}

/** Whether what these policies called for was put back by a person; other roots, keys, deny lists or releases are not other policies. */
export function isUndone({ undone, rulesHash }: Pick<ImageRecord, 'undone' | 'rulesHash'>): boolean {
  return undone !== undefined && undone.rulesHash === rulesHash
}

/** Accepts an image: nothing more is taken, what was taken is to be given back, and people are told. The state stays what it is. */
export function withWaiver(record: ImageRecord, waiver: Waiver): ImageRecord {
  const accepted: ImageRecord = {
    ...record,
    waiver,
    waivers: withEvent(record, { event: 'granted', ...waiver }),
    recheckAt: earliest(record.recheckAt, waiver.expiresAt),
  }
  return openTodo(returning(accepted), 'alert', { events: ['waived'] })
}

/** Puts back what was taken; it stays there until the image is judged by other policies, and the verdict stays what it is. */
export function withUndone(record: ImageRecord, undone: Undone): ImageRecord {
  return openTodo(
    returning({ ...record, undone, waivers: withEvent(record, { event: 'undone', ...undone }) }),
    'alert',
    { events: ['undone'] },
  )
}

/** Nothing more is taken, and what was taken is to be given back. */
export function returning(record: ImageRecord): ImageRecord {
  const free = withoutTodo(record, 'quarantine')
  return isHeld(free) ? openTodo(free, 'release') : free
}

/** Whether tags of it are taken, or it is archived. */
export function isHeld({ taken, archivedAt }: Pick<ImageRecord, 'taken' | 'archivedAt'>): boolean {
  return taken.length > 0 || archivedAt !== undefined
}

/** Ends the image's waiver now; what follows is for the next look at it, which is due at once. */
export function withRevoked(record: ImageRecord, waiver: Waiver, by: string, now: string): ImageRecord {
  return {
    ...record,
    waiver: { ...waiver, revokedAt: now },
    waivers: withEvent(record, { event: 'revoked', by, at: now }),
    recheckAt: now,
  }
}

function withEvent({ waivers = [] }: ImageRecord, event: WaiverEvent): readonly WaiverEvent[] {
  return [...waivers, event].slice(-MAX_EVENTS)
}
