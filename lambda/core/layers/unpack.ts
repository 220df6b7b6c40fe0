import { shown } from '../manifest.ts'
import { joinPath, splitPath } from './clean-path.ts'
import { pathFault } from './file-name.ts'
import { type LayerFault, overLimit, unreadable } from './layer-fault.ts'
import type { LayerEntry, LayerListing } from './listing.ts'
import { type Followed, resolvePath } from './resolve-path.ts'
import {
  attributesOf,
  type Directory,
  type Leaf,
  makeDirectory,
  nodeAt,
  own,
  sameAttributes,
  type Tree,
} from './tree.ts'

/** Told of an entry that is written through symlinks, and of where it is then. */
export type OnFollowed = (path: string, links: readonly Followed[]) => void

/** A layer in the making: what it wrote so far, and which of its directories were made opaque. */
type Layer = {
  readonly tree: Tree
  readonly onFollowed: OnFollowed
  readonly written: Set<string>
  readonly opaque: Set<string>
}
type Place = { readonly directory: Directory; readonly path: string; readonly links: readonly Followed[] }

const MAX_STEPS = 10_000_000
const MAX_DIRECTORIES = 250_000

/**
 * Unpacks a layer onto a tree entry by entry, as containerd does (pkg/archive/tar.go, `applyNaive`).
 * What it fails at is a fault, but where overlayfs, for which each layer is unpacked by itself, has another way.
 */
export function unpack(tree: Tree, listing: LayerListing, onFollowed: OnFollowed = () => {}): LayerFault | undefined {
  const layer: Layer = { tree, onFollowed, written: new Set(), opaque: new Set() }
  for (const entry of listing) {
    const fault = apply(layer, entry)
    if (fault !== undefined) return fault
    const { steps, directories } = tree.work
    if (steps > MAX_STEPS) return overLimit(`more than ${MAX_STEPS} steps to unpack it`)
    if (directories > MAX_DIRECTORIES)
      return overLimit(`more than ${MAX_DIRECTORIES} directories, or fewer that are deep`)
  }
  return undefined
}

function apply(layer: Layer, entry: LayerEntry): LayerFault | undefined {
  if (entry.kind === 'opaque') return hide(layer, entry)
  const [parent, name] = splitPath(entry.path)
  const place = enter(layer, parent)
  if ('fault' in place) return place
  const { directory, links } = place
  const path = joinPath(place.path, name)
  const fault = pathFault(path)
  if (fault !== undefined) return unreadable(`${shown(entry.path)} leads to ${fault}`)
  if (links.length > 0) layer.onFollowed(path, links)
  if (entry.kind === 'whiteout') {
    directory.children.delete(name)
    return undefined
  }
  layer.written.add(path)
  if (entry.kind === 'directory') {
    describe(layer.tree, directory, path, name, entry)
    return undefined
  }
  directory.children.delete(name)
  if (entry.kind === 'link') return linkTo(layer.tree, directory, name, entry)
  if (isLeaf(entry)) directory.children.set(name, entry)
  return undefined
}

/** Goes to a directory, and makes those on the way that are not there. */
function enter({ tree, written }: Layer, wanted: string): Place | LayerFault {
  const resolved = resolvePath(tree, wanted)
  if ('fault' in resolved) return resolved
  let directory = tree.root
  let at = ''
  for (const name of resolved.path === '' ? [] : resolved.path.split('/')) {
    at = joinPath(at, name)
    tree.work.steps++
    const there = directory.children.get(name)
    if (there?.kind === 'directory') {
      directory = own(tree, directory, name, there)
      continue
    }
    // On overlayfs a file of a layer below is not in the way: a directory takes its place
    if (there !== undefined && written.has(at)) return unreadable(`${shown(at)} is no directory, and has files in it`)
    directory = makeDirectory(tree, directory, at, name)
  }
  return { ...resolved, directory }
}

/** An opaque directory keeps what its own layer wrote before; a second mark on it counts for nothing. */
function hide(layer: Layer, { path: wanted }: LayerEntry): LayerFault | undefined {
  const place = enter(layer, wanted)
  if ('fault' in place) return place
  const { directory, path, links } = place
  if (links.length > 0) layer.onFollowed(path, links)
  if (!layer.opaque.has(path)) keepWritten(layer, directory, path)
  layer.opaque.add(path)
  return undefined
}

function keepWritten({ tree, written, ...layer }: Layer, directory: Directory, path: string): void {
  for (const [name, node] of directory.children) {
    const at = joinPath(path, name)
    // To look for a long path takes longer
    tree.work.steps += 1 + (at.length >> 5)
    if (!written.has(at)) directory.children.delete(name)
    else if (node.kind === 'directory') keepWritten({ tree, written, ...layer }, own(tree, directory, name, node), at)
  }
}

/** A directory over a directory changes what it is like, and nothing in it. */
function describe(tree: Tree, parent: Directory, path: string, name: string, entry: LayerEntry): void {
  const there = parent.children.get(name)
  const directory =
    there?.kind === 'directory' ? own(tree, parent, name, there) : makeDirectory(tree, parent, path, name)
  directory.mode = entry.mode
  directory.uid = entry.uid
  directory.gid = entry.gid
  if (entry.acl) directory.acl = entry
}

/** Another name for a file. It has one mode and owner by all of its names: that of the link, as it comes last. */
function linkTo(tree: Tree, directory: Directory, name: string, entry: LayerEntry): LayerFault | undefined {
  const [parent, base] = splitPath(entry.target ?? '')
  const resolved = resolvePath(tree, parent)
  if ('fault' in resolved) return resolved
  const file = nodeAt(tree.root, joinPath(resolved.path, base))
  if (file === undefined || file.kind === 'directory') {
    return unreadable(`hard link ${shown(entry.path)} to ${shown(entry.target)}, where no file is`)
  }
  directory.children.set(name, file)
  const isOther = file.kind !== 'symlink' && !sameAttributes(attributesOf(tree, file), entry)
  if (isOther) tree.attributes.set(file, entry)
  return undefined
}

function isLeaf(entry: LayerEntry): entry is Leaf {
  return /^(?:file|symlink|device|fifo)$/.test(entry.kind)
}
