import { joinPath } from './clean-path.ts'
import { type Attributes, attributesOf, type Directory, type Node, sameAttributes, type Tree } from './tree.ts'

/** From the heaviest on; of a file to which several happened, the heaviest is told. */
export const CHANGE_KINDS = ['symlinked', 'setuid', 'loader', 'deleted', 'replaced', 'permissions'] as const
export type ChangeKind = (typeof CHANGE_KINDS)[number]

/**
 * What became of a file of a base. `symlinked`: it leads elsewhere, or something was written through it; `setuid`: a file there gives rights
 * that the base's did not; `loader`: a file that it has not, and by which the loader puts other libraries into its programs; `replaced`:
 * another file is there; `permissions`: its mode or owner is another.
 */
export type Change = {
  readonly path: string
  readonly kind: ChangeKind
  /** Nothing where there was none. */
  readonly was?: Node['kind']
  /** What is there now; nothing where it was deleted. */
  readonly now?: Node['kind']
}

type Comparison = {
  readonly before: Tree
  readonly after: Tree
  /** Paths that were written through a symlink of the base, or are such a symlink. */
  readonly through: ReadonlySet<string>
  /** Where nothing can differ, as both trees have the same directory. */
  readonly isSame: (one: Node | undefined, other: Node | undefined) => boolean
  readonly changes: Change[]
  readonly setuid: string[]
}

/** What differs from a base, path by path, and which files that were not there give rights to whoever starts them. */
export function compareTrees(
  before: Tree,
  after: Tree,
  through: ReadonlySet<string>,
): Pick<Comparison, 'changes' | 'setuid'> {
  const isDescribed = [...after.attributes].some(([leaf, now]) => !sameAttributes(attributesOf(before, leaf), now))
  const isSame: Comparison['isSame'] = (one, other) => one === other && !isDescribed && through.size === 0
  const comparison: Comparison = { before, after, through, isSame, changes: [], setuid: [] }
  compareDirectories(comparison, '', before.root, after.root)
  return comparison
}

function compareDirectories(comparison: Comparison, path: string, one?: Directory, other?: Directory): void {
  for (const [name, was] of one?.children ?? [])
    compareAt(comparison, joinPath(path, name), was, other?.children.get(name))
  for (const [name, now] of other?.children ?? []) {
    if (!one?.children.has(name)) compareAt(comparison, joinPath(path, name), undefined, now)
  }
}

function compareAt(comparison: Comparison, path: string, was: Node | undefined, now: Node | undefined): void {
  if (comparison.isSame(was, now)) return
  if (was === undefined) {
    if (now !== undefined && OF_LOADER.test(path)) comparison.changes.push({ path, kind: 'loader', now: now.kind })
    if (now?.kind === 'file' && givesRights(attributesOf(comparison.after, now)))
      comparison.setuid.push(path.toWellFormed())
  } else {
    const kind = comparison.through.has(path) ? 'symlinked' : changeOf(comparison, was, now)
    const change = { path: path.toWellFormed(), was: was.kind, ...(now && { now: now.kind }) }
    if (kind !== undefined) comparison.changes.push({ ...change, kind })
  }
  const [one, other] = [was, now].map((node) => (node?.kind === 'directory' ? node : undefined))
  if (one !== undefined || other !== undefined) compareDirectories(comparison, path, one, other)
}

function changeOf({ before, after }: Comparison, was: Node, now: Node | undefined): ChangeKind | undefined {
  if (now === undefined) return 'deleted'
  if (now.kind === 'directory') {
    if (was.kind !== 'directory') return 'replaced'
    return sameAttributes(was, now) && was.acl === now.acl ? undefined : 'permissions'
  }
  // The target is all there is to it
  if (now.kind === 'symlink') return was.kind === 'symlink' && was.target === now.target ? undefined : 'symlinked'
  const given = was.kind === 'directory' ? undefined : attributesOf(before, was)
  const gives = attributesOf(after, now)
  if (now.kind === 'file' && givesRights(gives, was.kind === 'file' ? given : undefined)) return 'setuid'
  if (now !== was || given === undefined) return 'replaced'
  return sameAttributes(given, gives) ? undefined : 'permissions'
}

/** What glibc's loader reads before any library, and musl's: as good as LD_PRELOAD and LD_LIBRARY_PATH. ld.so(8), musl's ldso/dynlink.c */
const OF_LOADER = /^etc\/(?:ld\.so\.(?:preload|cache)|ld-musl-[^/]+\.path)$/
const SETUID = 0o4000
const SETGID = 0o2000

/** Whether who starts a file gets rights by it that another file did not give. */
function givesRights(now: Attributes, was?: Attributes): boolean {
  const gains = (bit: number, owner: 'uid' | 'gid') =>
    (now.mode & bit) > 0 && !(was !== undefined && (was.mode & bit) > 0 && was[owner] === now[owner])
  return gains(SETUID, 'uid') || gains(SETGID, 'gid') || (now.capability === true && was?.capability !== true)
}
