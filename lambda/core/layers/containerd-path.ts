import type { Directory, Node, Work } from './tree.ts'

/** As in containerd's continuity, fs/path.go: one more is an error. */
export const MAX_LINKS = 255
/** As in Linux, path_resolution(7). */
const MAX_KERNEL_LINKS = 40
/** Far more than a path with symlinks takes; each of its steps looks at all names again. */
const MAX_STEPS = 1_000_000

type Walk = { readonly root: Directory; readonly work: Work; readonly until: number; links: number }

/**
 * Where containerd takes a path to be (`RootPath` in its continuity, fs/path.go; Docker's is the same): it puts the target in a link's
 * place as text, again and again. Undefined: too many links. The path that is given and the one that is returned have no slash at their ends.
 */
export function containerdPath(root: Directory, path: string, work: Work): string | undefined {
  const walk: Walk = { root, work, until: work.steps + MAX_STEPS, links: 0 }
  for (let at = `${path}/`; ; ) {
    const before = walk.links
    const next = walkLinks(walk, at)
    if (next === undefined) return undefined
    const whole = clean(`/${next}`)
    if (before === walk.links && next === whole) return whole.slice(1)
    at = before === walk.links ? whole : next
  }
}

function walkLinks(walk: Walk, path: string): string | undefined {
  const slash = path.lastIndexOf('/')
  const [folder, file] = [path.slice(0, slash + 1), path.slice(slash + 1)]
  if (folder === '') return walkLink(walk, file)?.path
  if (file === '') return folder === '/' ? folder : walkLinks(walk, folder.slice(0, -1))
  const parent = walkLinks(walk, folder)
  const found = parent === undefined ? undefined : walkLink(walk, clean(`${parent}/${file}`))
  if (found === undefined || !found.isLink || found.path.startsWith('/')) return found?.path
  return clean(`${parent}/${found.path}`)
}

function walkLink(walk: Walk, path: string): { readonly path: string; readonly isLink: boolean } | undefined {
  if (walk.links > MAX_LINKS || walk.work.steps > walk.until) return undefined
  const whole = clean(`/${path}`)
  const node = lstat(walk, whole)
  if (node === 'loop') return undefined
  if (node?.kind !== 'symlink') return { path: whole, isLink: false }
  walk.links++
  return { path: node.target ?? '', isLink: true }
}

/** As the kernel does it. An absolute link among its folders, or one beyond the root, leads to files of the host, which are not there. */
function lstat({ root, work }: Walk, path: string): Node | 'loop' | undefined {
  const todo = path.split('/').reverse()
  const folders: Directory[] = [root]
  let links = 0
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    work.steps++
    const node = stepTo(name, folders)
    if (node === undefined || todo.length === 0) return node
    if (node.kind === 'directory') continue
    if (node.kind !== 'symlink' || node.target?.startsWith('/')) return undefined
    if (++links > MAX_KERNEL_LINKS) return 'loop'
    todo.push(...(node.target ?? '').split('/').reverse())
  }
  return root
}

/** Goes into a folder, or out of one; tells what is there. */
function stepTo(name: string, folders: Directory[]): Node | undefined {
  if (name === '..') folders.pop()
  const folder = folders.at(-1)
  if (name === '' || name === '.' || name === '..') return folder
  const node = folder?.children.get(name)
  if (node?.kind === 'directory') folders.push(node)
  return node
}

/** Go's path.Clean. */
function clean(path: string): string {
  const isRooted = path.startsWith('/')
  const names: string[] = []
  for (const name of path.split('/')) {
    if (name === '' || name === '.') continue
    if (name !== '..') names.push(name)
    else if (names.length > 0 && names.at(-1) !== '..') names.pop()
    else if (!isRooted) names.push(name)
  }
  return `${isRooted ? '/' : ''}${names.join('/')}` || '.'
}
