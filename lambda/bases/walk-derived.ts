import type { Digest, ImageId } from '../core/image.ts'
import { type Page, pageOf } from '../core/page.ts'
import type { ImageRecord } from '../core/status.ts'
import type { BaseCatalogue, DerivedNote, StatusStore } from '../ports.ts'
import { firstsOf, placesOf } from './note-base.ts'

/**
 * An image that stands on a base, with `wave` - 1 known bases in between: those of one wave can be rebuilt when all before it are. 0: it
 * begins as the base does, and may stand on it.
 */
export type Derived = { readonly record: ImageRecord; readonly wave: number }

/** Behind all of wave 0. */
const WAVES = '0~'

/**
 * A page of the images that stand on what a base consists of, on any platform, directly or through others, wave by wave. Notes are hints:
 * listed is what still says so itself and is still there. After '', wave 0 comes first. A page may hold less than asked for, even nothing, and still have a cursor.
 */
export async function walkDerived(
  {
    store,
    catalogue,
  }: { readonly store: Pick<StatusStore, 'image'>; readonly catalogue: Pick<BaseCatalogue, 'derived'> },
  base: ImageId & Pick<ImageRecord, 'standing' | 'base'>,
  limit: number,
  after = WAVES,
): Promise<Page<Derived>> {
  const chains = [...new Set((base.standing?.chains ?? []).map(({ chain }) => chain))]
  const firsts = after < WAVES ? firstsOf(base) : []
  const layers = Math.max(...(base.standing?.chains ?? []).map((one) => one.layers))
  const places = [...new Set([...chains, ...firsts])]
  const found = await Promise.all(places.map((chain) => catalogue.derived(chain, limit + 1, after)))
  const notes = new Map<string, DerivedNote>(found.flat().map((note) => [note.place, note]))
  const sorted = [...notes.values()].toSorted((a, b) => (a.place < b.place ? -1 : 1))
  const page = sorted.slice(0, limit)
  const read = await Promise.all(
    page.map(async (note) => derivedFrom(await store.image(note.image), note, chains, { firsts, layers })),
  )
  const rebuilt = await rebuiltOn(store, base)
  const items = read.flatMap((one) => {
    const isLeftOut =
      one === undefined || isRebuild(one.record, base, chains) || isRebuilt(one.record, base, chains, rebuilt)
    return isLeftOut ? [] : [one]
  })
  return pageOf(items, sorted.length > limit ? page.at(-1)?.place : undefined)
}

/** What the first layers of a base unpack to, and how many it has at most. */
type Beginning = { readonly firsts: readonly Digest[]; readonly layers: number }

/** Platforms of one image may stand further up than others: it is listed once, where the first of them does. */
function derivedFrom(
  record: ImageRecord | undefined,
  { wave }: DerivedNote,
  chains: readonly Digest[],
  { firsts, layers }: Beginning,
): Derived | undefined {
  if (record === undefined || record.goneAt !== undefined) return undefined
  const waves = placesOf(record).flatMap(([chain, place]) => (chains.includes(chain) ? place : []))
  if (wave === 0 && waves.length === 0) {
    const isMeant = firstsOf(record).some((one) => firsts.includes(one)) && !standsWell(record, layers)
    return isMeant ? { record, wave } : undefined
  }
  return wave === Math.min(...waves) ? { record, wave } : undefined
}

/**
 * It lacks nothing, and stands on a base that is no shorter: all images of one system begin alike, and would be judged anew with each base
 * that is pushed.
 */
function standsWell({ state, base }: ImageRecord, layers: number): boolean {
  const isVouched = base?.rung === 'verified' || base?.rung === 'fresh'
  return (state === 'verified' || state === 'unmanaged') && isVouched && base.layers.base >= layers
}

/** Where what took the place of a base ends, which may have been built on it. */
async function rebuiltOn(
  store: Pick<StatusStore, 'image'>,
  { host, name, standing }: ImageId & Pick<ImageRecord, 'standing'>,
): Promise<readonly Digest[]> {
  const by = standing?.replaced?.by
  const record = by && (await store.image({ host, name, digest: by }))
  return (record?.standing?.chains ?? []).map(({ chain }) => chain)
}

/** It is what took the base's place, or stands on that wherever it stands on the base: nothing is to be rebuilt. */
function isRebuilt(
  { host, name, digest, base: facts }: ImageRecord,
  base: ImageId & Pick<ImageRecord, 'standing'>,
  chains: readonly Digest[],
  rebuilt: readonly Digest[],
): boolean {
  if (host === base.host && name === base.name && digest === base.standing?.replaced?.by) return true
  const places = (facts?.platforms ?? []).flatMap(({ beneath = [] }) => {
    const on = beneath.findIndex((chain) => chains.includes(chain))
    return on < 0 ? [] : [beneath.slice(0, on + 1)]
  })
  // Further down it does not count: what took its place may be what the base itself was built on
  return places.length > 0 && places.every((above) => above.some((chain) => rebuilt.includes(chain)))
}

/** It ends where the base ends, and lies beside it: the base itself, or a rebuild that changed nothing but the config. */
function isRebuild({ host, name, standing }: ImageRecord, base: ImageId, chains: readonly Digest[]): boolean {
  const isBeside = host === base.host && name === base.name
  return isBeside && standing?.chains.some(({ chain }) => chains.includes(chain)) === true
}
