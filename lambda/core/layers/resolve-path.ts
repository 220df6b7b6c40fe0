import { shown } from '../manifest.ts'
import { joinPath } from './clean-path.ts'
import { containerdPath, MAX_LINKS } from './containerd-path.ts'
import { type LayerFault, unreadable } from './layer-fault.ts'
import type { Directory, Leaf, Tree } from './tree.ts'

/** Where a path leads, and the symlinks on the way. */
export type Resolved = { readonly path: string; readonly links: readonly Followed[] }
export type Followed = { readonly path: string; readonly link: Leaf }

/** Where a directory's path leads within the root; what is not there yet is taken as it is written. */
export function resolvePath({ root, work }: Tree, path: string): Resolved | LayerFault {
  if (isPlain(root, path)) return { path, links: [] }
  const found = followLinks(root, path)
  const other = found && containerdPath(root, path, work)
  if (found === undefined || other === undefined) return unreadable(`${shown(path)} leads through too many symlinks`)
  work.steps += found.steps
  // containerd takes `..` in a target as text where another symlink is before it, and may end elsewhere than the kernel does
  if (found.path !== other) return unreadable(`${shown(path)} leads to ${shown(found.path)}, or to ${shown(other)}`)
  return found
}

function isPlain(root: Directory, path: string): boolean {
  if (path === '') return true
  let directory = root
  for (const name of path.split('/')) {
    const node = directory.children.get(name)
    if (node?.kind !== 'directory') return node?.kind !== 'symlink'
    directory = node
  }
  return true
}

/** As the kernel does in a chroot. */
function followLinks(root: Directory, path: string): (Resolved & { readonly steps: number }) | undefined {
  const todo = path.split('/').reverse()
  const links: Followed[] = []
  let names: string[] = []
  let folders: (Directory | undefined)[] = [root]
  let steps = 0
  for (let name = todo.pop(); name !== undefined; name = todo.pop(), steps++) {
    if (name === '' || name === '.') continue
    if (name === '..') {
      names.pop()
      if (folders.length > 1) folders.pop()
      continue
    }
    const node = folders.at(-1)?.children.get(name)
    if (node?.kind !== 'symlink') {
      names.push(name)
      folders.push(node?.kind === 'directory' ? node : undefined)
      continue
    }
    if (links.length === MAX_LINKS) return undefined
    const target = node.target ?? ''
    links.push({ path: joinPath(names.join('/'), name), link: node })
    if (target.startsWith('/')) [names, folders] = [[], [root]]
    todo.push(...target.split('/').reverse())
  }
  return { path: names.join('/'), links, steps }
}
