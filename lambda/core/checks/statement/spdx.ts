import { isObject } from '../../is-object.ts'
import type { SbomFormat } from '../../policy/statement-rules.ts'
import { type Fault, seen } from './finding.ts'
import { type Contents, isImage, type Package, packageOf } from './package.ts'

const FORMATS: ReadonlyMap<unknown, SbomFormat> = new Map([
  ['SPDX-2.2', 'spdx-2.2'],
  ['SPDX-2.3', 'spdx-2.3'],
])
const PURL: readonly unknown[] = ['purl', 'http://spdx.org/rdf/references/purl']
const UNDERSTOOD = 'understood are SPDX 2.2 and 2.3 as JSON'
const DOCUMENT = 'SPDXRef-DOCUMENT'

/**
 * Reads an SPDX document, 2.2 or 2.3 (https://spdx.github.io/spdx-spec). If it describes just one package, and that has no
 * package URL but one of an image, that is the image itself and not counted as a package of it.
 */
export function readSpdx(document: Readonly<Record<string, unknown>>): Contents | Fault {
  const format = FORMATS.get(document.spdxVersion)
  if (format === undefined) {
    const version = document['@graph'] === undefined ? seen(document.spdxVersion) : 'SPDX 3 (JSON-LD)'
    return { fault: `the SPDX version is ${version}; ${UNDERSTOOD}` }
  }
  if (!Array.isArray(document.packages))
    return { fault: `packages of the SPDX document is ${seen(document.packages)}, not a list` }
  const described = describedBy(document)
  if ('fault' in described) return described
  const packages: Package[] = []
  const about: Package[] = []
  for (const entry of document.packages as readonly unknown[]) {
    const one = readPackage(entry)
    if ('fault' in one) return one
    const id = isObject(entry) ? entry.SPDXID : undefined
    const isAbout = typeof id === 'string' && described.ids.size === 1 && described.ids.has(id) && isImage(one)
    ;(isAbout ? about : packages).push(one)
  }
  // An identifier that several packages have tells none of them apart
  return about.length > 1
    ? { format, packages: [...about, ...packages], others: [] }
    : { format, packages, others: about }
}

function readPackage(entry: unknown): Package | Fault {
  if (!isObject(entry)) return { fault: `a package is ${seen(entry)}, not an object` }
  const { name, versionInfo, externalRefs = [] } = entry
  if (!Array.isArray(externalRefs))
    return { fault: `externalRefs of package ${seen(name)} is ${seen(externalRefs)}, not a list` }
  const references = externalRefs.filter(isObject)
  if (references.length < externalRefs.length) return { fault: `a reference of package ${seen(name)} is not an object` }
  const purls = references.filter(({ referenceType }) => PURL.includes(referenceType))
  const version = versionInfo === 'NOASSERTION' || versionInfo === 'NONE' ? '' : versionInfo
  return packageOf({ name, version, purls: purls.map(({ referenceLocator }) => referenceLocator) })
}

/** The identifiers of what the document describes, by either of the two ways to say it. */
function describedBy({
  documentDescribes = [],
  relationships = [],
}: Readonly<Record<string, unknown>>): { readonly ids: ReadonlySet<unknown> } | Fault {
  if (!Array.isArray(documentDescribes)) return { fault: `documentDescribes is ${seen(documentDescribes)}, not a list` }
  if (!Array.isArray(relationships)) return { fault: `relationships is ${seen(relationships)}, not a list` }
  const ids = new Set<unknown>(documentDescribes)
  for (const relationship of relationships as readonly unknown[]) {
    if (!isObject(relationship)) return { fault: `a relationship is ${seen(relationship)}, not an object` }
    const { spdxElementId: from, relationshipType, relatedSpdxElement: to } = relationship
    if (relationshipType === 'DESCRIBES' && from === DOCUMENT) ids.add(to)
    if (relationshipType === 'DESCRIBED_BY' && to === DOCUMENT) ids.add(from)
  }
  return { ids }
}
