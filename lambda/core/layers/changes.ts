import { CHANGE_KINDS, type Change, type ChangeKind, compareTrees } from './compare-trees.ts'
import { type LayerFault, overLimit } from './layer-fault.ts'
import type { LayerListing } from './listing.ts'
import { emptyTree, fork, nodeAt } from './tree.ts'
import type { OnFollowed } from './unpack.ts'
import { unpack } from './unpack.ts'

/** What layers do to the files of those below them. */
export type LayerChanges = {
  /** All of them, each path once. */
  readonly changes: readonly Change[]
  readonly added: {
    /** The regular files that the layers carry, and their bytes. */
    readonly files: number
    readonly bytes: number
    /** Paths the base does not have, of files that are setuid or setgid or have a capability. */
    readonly setuid: { readonly listed: readonly string[]; readonly total: number }
  }
}

/** The first changes of a list, the heaviest first, and how many of each kind there are. */
export type ChangeList = {
  readonly listed: readonly Change[]
  readonly total: number
  readonly totals: Readonly<Record<ChangeKind, number>>
}

export const MAX_LISTED = 100
/** Of all layers together, base and above: who reads layers stops there too. */
export const MAX_ENTRIES_IN_ALL = 500_000
export const MAX_PATHS_IN_ALL = 128 * 2 ** 20

/**
 * Tells which files of a base the layers above it changed, from tar headers alone: a file that is there again is another one, whatever
 * its content. Layers count as a runtime unpacks them, so what a later one mends is no change. Times of files do not count.
 */
export function changesTo(base: readonly LayerListing[], above: readonly LayerListing[]): LayerChanges | LayerFault {
  const layers = [...base, ...above]
  const tooMuch = sizeFault(layers)
  if (tooMuch !== undefined) return tooMuch
  const listings = layers.map(eachItsOwn)
  const before = emptyTree()
  for (const [index, listing] of listings.slice(0, base.length).entries()) {
    const fault = unpack(before, listing)
    if (fault !== undefined) return inLayer(index, fault)
  }
  const after = fork(before)
  const through = new Set<string>()
  const onFollowed: OnFollowed = (path, links) => {
    const ofBase = links.filter((one) => nodeAt(before.root, one.path) === one.link)
    for (const one of ofBase) through.add(one.path)
    if (ofBase.length > 0) through.add(path)
  }
  for (const [index, listing] of listings.slice(base.length).entries()) {
    const fault = unpack(after, listing, onFollowed)
    if (fault !== undefined) return inLayer(base.length + index, fault)
  }
  const { changes, setuid } = compareTrees(before, after, through)
  const files = above.flat().filter(({ kind }) => kind === 'file')
  const bytes = sum(files, ({ size }) => size)
  const listed = setuid.toSorted().slice(0, MAX_LISTED)
  return { changes, added: { files: files.length, bytes, setuid: { listed, total: setuid.length } } }
}

/** Parts changes into those that were expected and the others, each list short enough to be kept. */
export function partChanges(
  changes: readonly Change[],
  isExpected: (change: Change) => boolean,
): { readonly expected: ChangeList; readonly unexpected: ChangeList } {
  const parts = { expected: [] as Change[], unexpected: [] as Change[] }
  for (const change of changes) parts[isExpected(change) ? 'expected' : 'unexpected'].push(change)
  return { expected: listOf(parts.expected), unexpected: listOf(parts.unexpected) }
}

/** A file is told by its entry, so that a layer that is there twice needs entries of its own. */
function eachItsOwn(listing: LayerListing, index: number, layers: readonly LayerListing[]): LayerListing {
  return layers.indexOf(listing) === index ? listing : listing.map((entry) => ({ ...entry }))
}

function sizeFault(layers: readonly LayerListing[]): LayerFault | undefined {
  const entries = sum(layers, ({ length }) => length)
  if (entries > MAX_ENTRIES_IN_ALL) {
    return overLimit(`${entries} entries in ${layers.length} layers; at most ${MAX_ENTRIES_IN_ALL} are looked at`)
  }
  const text = sum(layers, (listing) => sum(listing, ({ path, target = '' }) => path.length + target.length))
  return text > MAX_PATHS_IN_ALL
    ? overLimit(`${text} characters of paths in ${layers.length} layers; at most ${MAX_PATHS_IN_ALL} are looked at`)
    : undefined
}

function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0)
}

function listOf(changes: readonly Change[]): ChangeList {
  const byKind = (kind: ChangeKind) => changes.filter((change) => change.kind === kind)
  const totals = Object.fromEntries(CHANGE_KINDS.map((kind) => [kind, byKind(kind).length])) as Record<
    ChangeKind,
    number
  >
  const listed = CHANGE_KINDS.flatMap((kind) => byKind(kind).toSorted(byPath).slice(0, MAX_LISTED)).slice(0, MAX_LISTED)
  return { listed, total: changes.length, totals }
}

function byPath({ path: one }: Change, { path: other }: Change): number {
  return one < other ? -1 : Number(one > other)
}

function inLayer(index: number, { fault, reason }: LayerFault): LayerFault {
  return { fault: `layer ${index + 1}: ${fault}`, reason }
}
