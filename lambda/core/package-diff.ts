import type { ListedPackage } from './image-contents.ts'
import { type Purl, parsePurl, writePurl } from './purl.ts'

/** A package with the versions of it that one list has, in order. `purl`: without its version; absent where none was told. */
export type VersionsOf = { readonly name: string; readonly purl?: string; readonly versions: readonly string[] }

export type ChangedPackage = Omit<VersionsOf, 'versions'> & {
  readonly from: readonly string[]
  readonly to: readonly string[]
}

/** What differs between two lists of packages; nothing in it tells which version is newer. */
export type PackageDiff = {
  readonly added: readonly VersionsOf[]
  readonly removed: readonly VersionsOf[]
  readonly changed: readonly ChangedPackage[]
}

/**
 * The qualifiers of package URLs by which packages of one name are installed side by side: architectures, and files of one Maven
 * artifact. Others say where a package is from (`repository_url`, `upstream`) or of what release it is (`distro`, `epoch`): a
 * point release of a distribution would make every package another one.
 */
const APART = ['arch', 'classifier', 'type']

/** Compares two lists of packages: a name may have several versions in each, which are compared as sets. */
export function packageDiff(from: readonly ListedPackage[], to: readonly ListedPackage[]): PackageDiff {
  const [before, after] = [byIdentity(from), byIdentity(to)]
  const keys = [...new Set([...before.keys(), ...after.keys()])].toSorted()
  const added: VersionsOf[] = []
  const removed: VersionsOf[] = []
  const changed: ChangedPackage[] = []
  for (const key of keys) {
    const [old, now] = [before.get(key), after.get(key)]
    if (old === undefined && now !== undefined) added.push(now)
    if (old !== undefined && now === undefined) removed.push(old)
    if (old === undefined || now === undefined || sameTexts(old.versions, now.versions)) continue
    const { name, purl } = old.name < now.name ? old : now
    changed.push({ name, ...(purl !== undefined && { purl }), from: old.versions, to: now.versions })
  }
  return { added, removed, changed }
}

/** Whether two lists hold the same packages, in the same versions. */
export function isSame({ added, removed, changed }: PackageDiff): boolean {
  return added.length + removed.length + changed.length === 0
}

/** The packages of a list by what they are; a package without a package URL is none that has one. */
function byIdentity(packages: readonly ListedPackage[]): ReadonlyMap<string, VersionsOf> {
  const found = new Map<string, { name: string; purl?: string; versions: Set<string> }>()
  for (const one of packages) {
    const purl = one.purl === undefined ? undefined : parsePurl(one.purl)
    const identity = purl === undefined ? undefined : identityOf(purl)
    const key = identity ?? `:${one.name}`
    const known = found.get(key) ?? { name: one.name, ...(identity && { purl: identity }), versions: new Set() }
    if (one.name < known.name) known.name = one.name
    const version = one.version ?? purl?.version
    if (version !== undefined) known.versions.add(version)
    found.set(key, known)
  }
  return new Map([...found].map(([key, one]) => [key, { ...one, versions: [...one.versions].toSorted() }]))
}

function identityOf({ type, path, qualifiers }: Purl): string {
  return writePurl({ type, path, qualifiers: new Map([...qualifiers].filter(([key]) => APART.includes(key))) })
}

function sameTexts(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((text, index) => text === other[index])
}
