/**
 * containerd's way to unpack (pkg/archive/tar.go, `applyNaive`; continuity's fs/path.go), step by step and as slowly as it likes,
 * on a file system in memory. What the tests of changes are held against.
 */

/** One header as the reference takes it. */
export type Spec = {
  readonly name: string
  readonly type: '0' | '1' | '2' | '3' | '5'
  readonly link: string
  readonly mode: number
  readonly uid: number
  readonly capability: boolean
}
export type Inode = {
  readonly id: number
  readonly type: Spec['type']
  readonly link: string
  readonly children: Map<string, Inode>
  mode: number
  uid: number
  capability: boolean
}
export type FileSystem = { readonly root: Inode; next: number }

/** An entry that cannot be unpacked, or that runtimes unpack differently. */
export class CannotUnpack extends Error {
  spec?: Spec
}

const join = (folder: string, name: string) => (folder === '/' ? `/${name}` : `${folder}/${name}`)
const parentOf = (path: string) => path.slice(0, path.lastIndexOf('/')) || '/'
const baseOf = (path: string) => path.slice(path.lastIndexOf('/') + 1)

export function newFileSystem(): FileSystem {
  const root: Inode = { id: 0, type: '5', link: '', children: new Map(), mode: 0o755, uid: 0, capability: false }
  return { root, next: 1 }
}

/** Applies a layer. Returns the paths it wrote to by way of symlinks, with the symlinks. */
export function applyLayer(fs: FileSystem, layer: readonly Spec[]): Followed[] {
  const sets = { unpacked: new Set<string>(), opaque: new Set<string>() }
  return layer.map((spec) => {
    try {
      return applyEntry(fs, spec, sets)
    } catch (error) {
      if (error instanceof CannotUnpack) error.spec = spec
      throw error
    }
  })
}

type Followed = { readonly path: string; readonly links: readonly [string, Inode][] }

function applyEntry(fs: FileSystem, spec: Spec, sets: { unpacked: Set<string>; opaque: Set<string> }): Followed {
  const name = clean(spec.name)
  const base = baseOf(name)
  const links: [string, Inode][] = []
  const folder = folderOf(fs, name.slice(0, name.lastIndexOf('/') + 1), links)
  makeFolders(fs, folder, sets.unpacked)
  const parent = get(fs, folder)!
  if (base === '.wh..wh..opq') {
    if (!sets.opaque.has(folder)) hideFolder(parent, folder, sets.unpacked)
    sets.opaque.add(folder)
    return { path: folder, links }
  }
  if (base.startsWith('.wh.')) {
    parent.children.delete(base.slice(4))
    return { path: join(folder, base.slice(4)), links }
  }
  writeEntry(fs, parent, join(folder, base), spec)
  sets.unpacked.add(join(folder, base))
  return { path: join(folder, base), links }
}

/** All paths with what is there. */
export function listPaths(fs: FileSystem): Map<string, Inode> {
  const found = new Map<string, Inode>()
  const visit = (inode: Inode, path: string) => {
    for (const [name, child] of inode.children) {
      found.set(join(path, name), child)
      visit(child, join(path, name))
    }
  }
  visit(fs.root, '/')
  return found
}

function writeEntry(fs: FileSystem, parent: Inode, path: string, { type, link, mode, uid, capability }: Spec): void {
  const name = baseOf(path)
  const there = parent.children.get(name)
  if (there !== undefined && !(there.type === '5' && type === '5')) parent.children.delete(name)
  let inode = parent.children.get(name)
  if (type === '1') {
    const slash = link.lastIndexOf('/')
    inode = get(fs, join(folderOf(fs, link.slice(0, slash + 1), []), link.slice(slash + 1)))
    if (inode === undefined || inode.type === '5') throw new CannotUnpack('link')
  }
  inode ??= { id: fs.next++, type, link, children: new Map(), mode, uid, capability }
  parent.children.set(name, inode)
  if (inode.type === '2') return
  // chown takes capabilities away, then attributes and mode are set
  inode.uid = uid
  inode.capability = capability
  inode.mode = mode
}

function hideFolder(inode: Inode, path: string, unpacked: ReadonlySet<string>): void {
  for (const [name, child] of [...inode.children]) {
    if (unpacked.has(join(path, name))) hideFolder(child, join(path, name), unpacked)
    else inode.children.delete(name)
  }
}

function makeFolders(fs: FileSystem, folder: string, unpacked: ReadonlySet<string>): void {
  if (folder === '/') return
  makeFolders(fs, parentOf(folder), unpacked)
  const there = get(fs, folder)
  if (there?.type === '5') return
  // ENOTDIR for containerd; with overlayfs only where the same layer wrote it
  if (there !== undefined && unpacked.has(folder)) throw new CannotUnpack('in the way')
  const made: Inode = {
    id: fs.next++,
    type: '5',
    link: '',
    children: new Map(),
    mode: 0o755,
    uid: 0,
    capability: false,
  }
  get(fs, parentOf(folder))!.children.set(baseOf(folder), made)
}

/** Without following any symlink. */
function get(fs: FileSystem, path: string): Inode | undefined {
  return path
    .split('/')
    .reduce<Inode | undefined>((inode, name) => (name === '' ? inode : inode?.children.get(name)), fs.root)
}

/** fs.RootPath, and what a chroot says to the same path; they must agree. */
function folderOf(fs: FileSystem, path: string, links: [string, Inode][]): string {
  const counter = { links: 0 }
  const real = realPath(fs, path, links)
  if (path === '') return '/'
  let at = path
  for (;;) {
    const before = counter.links
    at = walkLinks(fs, at, counter)
    if (before !== counter.links) continue
    const whole = clean(`/${at}`)
    if (at === whole) break
    at = whole
  }
  if (at !== real) throw new CannotUnpack('ambiguous')
  return at
}

function walkLinks(fs: FileSystem, path: string, counter: { links: number }): string {
  const dir = path.slice(0, path.lastIndexOf('/') + 1)
  const file = path.slice(dir.length)
  if (dir === '') return walkLink(fs, file, counter)[0]
  if (file === '') return dir === '/' ? '/' : walkLinks(fs, dir.slice(0, -1), counter)
  const newDir = walkLinks(fs, dir, counter)
  const [newPath, isLink] = walkLink(fs, clean(`${newDir}/${file}`), counter)
  return !isLink || newPath.startsWith('/') ? newPath : clean(`${newDir}/${newPath}`)
}

function walkLink(fs: FileSystem, path: string, counter: { links: number }): [string, boolean] {
  if (counter.links > 255) throw new CannotUnpack('too many links')
  const whole = clean(`/${path}`)
  const inode = whole === '/' ? undefined : kernelLstat(fs, whole)
  if (inode?.type !== '2') return [whole, false]
  counter.links++
  return [inode.link, true]
}

/** lstat on the host: absolute links leave the root, and so does `..` at its top; nothing is there then. */
function kernelLstat(fs: FileSystem, path: string): Inode | undefined {
  let rest = path.split('/').filter((name) => name !== '')
  let trail = [fs.root]
  for (let jumps = 0; jumps <= 40; ) {
    const name = rest.shift()
    if (name === undefined || trail.length === 0) return trail.at(-1)
    if (name === '' || name === '.') continue
    if (name === '..') {
      trail = trail.slice(0, -1)
      continue
    }
    const child = trail.at(-1)!.children.get(name)
    if (child === undefined || rest.length === 0) return child
    if (child.type !== '2') trail = [...trail, child]
    else if (child.link.startsWith('/')) return undefined
    else {
      rest = [...child.link.split('/'), ...rest]
      jumps++
    }
  }
  throw new CannotUnpack('ELOOP')
}

/** What a chroot makes of a path; what is missing is taken as written. */
function realPath(fs: FileSystem, path: string, links: [string, Inode][]): string {
  let at = '/'
  let rest = path.split('/')
  while (rest.length > 0) {
    const name = rest.shift()!
    if (name === '' || name === '.') continue
    if (name === '..') at = parentOf(at)
    else {
      const next = join(at, name)
      const inode = get(fs, next)
      if (inode?.type !== '2') at = next
      else {
        if (links.push([next, inode]) > 255) throw new CannotUnpack('too many links')
        if (inode.link.startsWith('/')) at = '/'
        rest = [...inode.link.split('/'), ...rest]
      }
    }
  }
  return at
}

function clean(path: string): string {
  const isRooted = path.startsWith('/')
  const names: string[] = []
  for (const name of path.split('/')) {
    if (name === '' || name === '.') continue
    if (name === '..' && names.length > 0 && names.at(-1) !== '..') names.pop()
    else if (name !== '..' || !isRooted) names.push(name)
  }
  return (isRooted ? '/' : '') + names.join('/') || '.'
}
