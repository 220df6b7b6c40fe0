import * as z from 'zod'
import type { Page } from '../core/page.ts'
import { plusSeconds } from '../core/status.ts'
import type { StatusStore } from '../ports.ts'

/** A pass over a registry starts so many seconds after the one before did, if that is through. */
const PASS_EVERY = 3600

const COUNTED = ['repositories', 'refused', 'tags', 'images', 'found', 'again', 'gone'] as const
/**
 * What was done: repositories walked, and of these left out; tags and images looked at; tags found to be other than we knew;
 * images asked to be judged again, and of these those that are no longer in the registry.
 */
export type Counts = Readonly<Record<(typeof COUNTED)[number], number>>

/** What one page came to, and where its list goes on. */
export type Looked = { readonly cursor: string | undefined; readonly counts: Partial<Counts> }

const item = z.object({
  startedAt: z.string(),
  finishedAt: z.string().optional(),
  /** A pass before this one was finished. */
  again: z.boolean().optional(),
  /** What is still to be walked of one page of the registry's list; the first is at work. */
  repositories: z.array(z.string()),
  /** Where that list goes on. */
  more: z.string().optional(),
  /** First what the registry has is looked for in the table, then what the table has in the registry. */
  phase: z.enum(['tags', 'images']),
  /** How far the repository at work was read in this phase. */
  cursor: z.string().optional(),
  /** Sweeps in a row that could not go on from here. */
  failures: z.number(),
  counts: z.record(z.enum(COUNTED), z.number()),
})
/** One walk through all watched repositories of a registry, kept after every page. */
export type Pass = Readonly<z.infer<typeof item>>

/** The pass at work, or the last one; undefined where none has begun. */
export async function lastPass(store: Pick<StatusStore, 'system'>, host: string): Promise<Pass | undefined> {
  return item.safeParse(await store.system(keyOf(host))).data
}

/** The pass to go on with, or a new one if its hour has come; undefined until then. */
export async function passNow(store: StatusStore, host: string, now: string): Promise<Pass | undefined> {
  const last = await lastPass(store, host)
  if (last !== undefined && last.finishedAt === undefined) return last
  if (last !== undefined && plusSeconds(last.startedAt, PASS_EVERY) > now) return undefined
  return { startedAt: now, repositories: [], phase: 'tags', failures: 0, counts: NOTHING, ...(last && { again: true }) }
}

/** Whether all of a registry has been walked through at least once. */
export async function isWalked(store: Pick<StatusStore, 'system'>, host: string): Promise<boolean> {
  const last = await lastPass(store, host)
  return last !== undefined && (last.finishedAt !== undefined || last.again === true)
}

/** Writes down how far a pass has come. */
export function keep(store: StatusStore, host: string, pass: Pass): Promise<void> {
  return store.putSystem(keyOf(host), pass)
}

function keyOf(host: string): string {
  return `reconcile#${host}`
}

/** The next repositories are to be walked. */
export function withRepositories(pass: Pass, { items, cursor }: Page<string>, now: string): Pass {
  return finishedIfThrough({ ...pass, repositories: [...items], more: cursor, failures: 0 }, now)
}

/** The page at `pass.cursor` is done; the phase goes on at `cursor`, if it does. */
export function afterPage(pass: Pass, cursor: string | undefined, now: string): Pass {
  if (cursor === undefined && pass.phase === 'images') return afterRepository(pass, now)
  const phase = cursor === undefined ? 'images' : pass.phase
  return { ...pass, phase, cursor, failures: 0 }
}

/** The repository at work is done with. */
export function afterRepository(pass: Pass, now: string): Pass {
  const repositories = pass.repositories.slice(1)
  const left = { ...counted(pass, { repositories: 1 }), repositories, cursor: undefined, failures: 0 }
  return finishedIfThrough({ ...left, phase: 'tags' }, now)
}

function finishedIfThrough(pass: Pass, now: string): Pass {
  return pass.repositories.length === 0 && pass.more === undefined ? { ...pass, finishedAt: now } : pass
}

/** The same pass, with more done. */
export function counted(pass: Pass, more: Partial<Counts>): Pass {
  return { ...pass, counts: sum(pass.counts, more) }
}

/** What has been done before anything is. */
export const NOTHING: Counts = { repositories: 0, refused: 0, tags: 0, images: 0, found: 0, again: 0, gone: 0 }

/** Adds counts; takes them off where `sign` is -1. */
export function sum(one: Counts, other: Partial<Counts>, sign: 1 | -1 = 1): Counts {
  return Object.fromEntries(COUNTED.map((key) => [key, one[key] + sign * (other[key] ?? 0)])) as Counts
}
