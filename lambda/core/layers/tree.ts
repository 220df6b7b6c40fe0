import type { LayerEntry } from './listing.ts'

/** A file system as layers make it. A file is the entry that made it, so that two names of one file are told from two files. */
export type Tree = {
  /** What is of an earlier era belongs to an earlier tree too, and is copied before it changes. */
  readonly era: number
  readonly root: Directory
  /** Of files whose mode or owner a later hard link to them changed. */
  readonly attributes: Map<Leaf, Attributes>
  readonly work: Work
}

export type Node = Directory | Leaf
export type Leaf = LayerEntry & { readonly kind: 'file' | 'symlink' | 'device' | 'fifo' }
export type Directory = {
  readonly kind: 'directory'
  readonly era: number
  readonly children: Map<string, Node>
  mode: number
  uid: number
  gid: number
  /** The entry that gave it an access control list. */
  acl?: LayerEntry | undefined
}
export type Attributes = Pick<LayerEntry, 'mode' | 'uid' | 'gid' | 'capability'>

/** What was done so far; hostile layers could have more asked for than anybody would wait for. */
export type Work = { steps: number; directories: number }

/** What containerd and Docker give to a directory that no entry is about. */
const IMPLIED = { mode: 0o755, uid: 0, gid: 0 } as const

export function emptyTree(): Tree {
  const work = { steps: 0, directories: 0 }
  return { era: 0, root: { kind: 'directory', era: 0, children: new Map(), ...IMPLIED }, attributes: new Map(), work }
}

/** A tree that begins as another one, which stays as it is. */
export function fork(tree: Tree): Tree {
  const era = tree.era + 1
  const root: Directory = { ...tree.root, era, children: new Map(tree.root.children) }
  return { era, root, attributes: new Map(tree.attributes), work: tree.work }
}

/** A directory in another one, for this tree to change. */
export function own(tree: Tree, parent: Directory, name: string, child: Directory): Directory {
  if (child.era === tree.era) return child
  const copy: Directory = { ...child, era: tree.era, children: new Map(child.children) }
  tree.work.steps += copy.children.size
  parent.children.set(name, copy)
  return copy
}

/** Makes a directory in another one, instead of what is there. A deep one counts for several, as its path takes room. */
export function makeDirectory(tree: Tree, parent: Directory, path: string, name: string): Directory {
  const made: Directory = { kind: 'directory', era: tree.era, children: new Map(), ...IMPLIED }
  tree.work.directories += 1 + (path.length >> 8)
  parent.children.set(name, made)
  return made
}

/** What is at a path, symlinks not followed; the root is ''. */
export function nodeAt(root: Directory, path: string): Node | undefined {
  if (path === '') return root
  let node: Node | undefined = root
  for (const name of path.split('/')) {
    if (node?.kind !== 'directory') return undefined
    node = node.children.get(name)
  }
  return node
}

export function attributesOf({ attributes }: Tree, leaf: Leaf): Attributes {
  return attributes.get(leaf) ?? leaf
}

export function sameAttributes(one: Attributes, other: Attributes): boolean {
  const isSameOwner = one.uid === other.uid && one.gid === other.gid
  return one.mode === other.mode && isSameOwner && one.capability === other.capability
}
