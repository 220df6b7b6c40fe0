import type { ListedPackage } from '../image-contents.ts'
import { type PackageDiff, packageDiff } from '../package-diff.ts'
import type { Material, PackageLists, Replaced } from './standing.ts'

/** How many differences are told as text. */
const MOST = 10

/** What differs in packages between two images, over the platforms of the first; undefined where something of it cannot be compared. */
export function materialChange(from: PackageLists, to: PackageLists): Material | undefined {
  const diffs = from.flatMap((list) => {
    const other = to.find(({ platform }) => platform === list.platform)
    // Of longer lists only the first are known; one of nothing tells nothing
    if (other === undefined || isCut(list) || isCut(other) || list.count === 0 || other.count === 0) return []
    return [packageDiff(list.packages, other.packages)]
  })
  if (diffs.length === 0 || diffs.length < from.length) return undefined
  const count = (kind: keyof PackageDiff) => Math.max(...diffs.map((diff) => diff[kind].length))
  const listed = [...new Set(diffs.flatMap(describe))]
  return { added: count('added'), removed: count('removed'), changed: count('changed'), listed: listed.slice(0, MOST) }
}

/** Whether what took a base's place is as good: it has the same layers, or the same packages. */
export function isImmaterial({
  alike,
  material,
}: Pick<Replaced, 'alike'> & { readonly material?: Omit<Material, 'listed'> }): boolean {
  return alike === true || (material !== undefined && material.added + material.removed + material.changed === 0)
}

function isCut({ count, packages }: { readonly count: number; readonly packages: readonly ListedPackage[] }): boolean {
  return count !== packages.length
}

function describe({ added, removed, changed }: PackageDiff): string[] {
  return [
    ...changed.map(({ name, from, to }) => `${name} ${from.join(', ')} -> ${to.join(', ')}`),
    ...added.map(({ name, versions }) => `${name} ${versions.join(', ')} added`),
    ...removed.map(({ name, versions }) => `${name} ${versions.join(', ')} removed`),
  ].map((text) => text.slice(0, 200).toWellFormed())
}
