/**
 * A path as containerd and Docker place it beneath the root: no `/` at its ends, no `.`, `..` taken as it is written.
 * '' is the root itself; undefined is above it: Docker refuses that, containerd stays in the root.
 */
export function cleanPath(path: string): string | undefined {
  const names: string[] = []
  for (const name of path.split('/')) {
    if (name === '' || name === '.') continue
    if (name !== '..') names.push(name)
    else if (names.pop() === undefined) return undefined
  }
  return names.join('/')
}

/** The last name of a clean path, and the path of what it is in. */
export function splitPath(path: string): readonly [parent: string, name: string] {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? ['', path] : [path.slice(0, slash), path.slice(slash + 1)]
}

/** What is in a directory by this name; the root is ''. */
export function joinPath(parent: string, name: string): string {
  return parent === '' ? name : `${parent}/${name}`
}
