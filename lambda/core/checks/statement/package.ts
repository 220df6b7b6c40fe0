import type { SbomFormat } from '../../policy/statement-rules.ts'
import { isImagePurl, type Purl, parsePurl } from '../../purl.ts'
import { type Fault, seen } from './finding.ts'

/** A package as an SBOM lists it; `group` is what CycloneDX keeps apart from the name. */
export type Package = {
  readonly name: string
  readonly group?: string
  readonly version?: string
  readonly purls: readonly Purl[]
}

/** What an SBOM lists. `others` are no packages, though listed like ones: the image itself, and files. */
export type Contents = {
  readonly format: SbomFormat
  readonly packages: readonly Package[]
  readonly others: readonly Package[]
}

/** A package of these parts, none of them checked before; or a fault. Empty text is none. */
export function packageOf(parts: {
  readonly name: unknown
  readonly group?: unknown
  readonly version: unknown
  readonly purls: readonly unknown[]
}): Package | Fault {
  const { name, group = '', version = '' } = parts
  if (typeof name !== 'string' || name === '') return { fault: `a package has the name ${seen(name)}` }
  if (typeof group !== 'string') return { fault: `package ${seen(name)} has the group ${seen(group)}` }
  if (typeof version !== 'string') return { fault: `package ${seen(name)} has the version ${seen(version)}` }
  const purls: Purl[] = []
  for (const written of parts.purls) {
    const purl = typeof written === 'string' ? parsePurl(written) : undefined
    if (purl === undefined) return { fault: `package ${seen(name)} has the package URL ${seen(written)}` }
    purls.push(purl)
  }
  return { name, ...(group !== '' && { group }), ...(version !== '' && { version }), purls }
}

/** Whether what an SBOM says it is about can be the image: it has no package URL of anything else. */
export function isImage({ purls }: Package): boolean {
  return purls.every(isImagePurl)
}
