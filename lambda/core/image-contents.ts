import type { Fault } from './checks/statement/finding.ts'
import type { Package } from './checks/statement/package.ts'
import { readPackages } from './checks/statement/packages.ts'
import { allTools, type ImageTools, toolsAtPaths, toolsOfPackages } from './image-tools.ts'
import type { SbomFormat } from './policy/statement-rules.ts'
import { writePurl } from './purl.ts'

/** A package of an image. `purl`: in full, as `writePurl` writes it. */
export type ListedPackage = { readonly name: string; readonly version?: string; readonly purl?: string }

/** What an image holds: `count` packages as SBOM rules count them, of which the first 5,000 by name are listed. */
export type ImageContents = ImageTools & {
  readonly format: SbomFormat
  readonly count: number
  readonly packages: readonly ListedPackage[]
}

const MOST = 5_000
const LONGEST = 500

/**
 * Reads an SBOM statement for what an image holds; `paths` are those of its files, where somebody read its layers. A shell or
 * package manager that either shows is there, as are those that the SBOM lists as files.
 */
export function imageContents(
  statement: Readonly<Record<string, unknown>>,
  paths: readonly string[] = [],
): ImageContents | Fault {
  const contents = readPackages(statement)
  if ('fault' in contents) return contents
  const { format, packages, others } = contents
  const files = [...paths, ...others.map(({ name }) => name)]
  return {
    format,
    count: packages.length,
    packages: packages.map(listed).toSorted(inOrder).slice(0, MOST),
    ...allTools(toolsOfPackages(packages), toolsAtPaths(files)),
  }
}

function listed({ name, group, version, purls: [purl] }: Package): ListedPackage {
  const told = version ?? purl?.version
  const written = purl === undefined ? undefined : writePurl(purl)
  return {
    name: short(group === undefined ? name : `${group}/${name}`),
    ...(told !== undefined && { version: short(told) }),
    // Cut, it would be the URL of something else
    ...(written !== undefined && written.length <= 2 * LONGEST && { purl: written }),
  }
}

function inOrder(a: ListedPackage, b: ListedPackage): number {
  return compare(a.name, b.name) || compare(a.version, b.version) || compare(a.purl, b.purl)
}

function compare(a = '', b = ''): number {
  return Number(a > b) - Number(a < b)
}

function short(text: string): string {
  return text.slice(0, LONGEST).toWellFormed()
}
