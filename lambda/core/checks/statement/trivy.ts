import { isObject } from '../../is-object.ts'
import { type Fault, seen } from './finding.ts'
import { type Found, foundOf } from './found.ts'

const SCHEMA = 2
/** The classes of results that stand for a search for vulnerabilities. */
const SEARCHED: readonly unknown[] = ['os-pkgs', 'lang-pkgs']

/** Reads the JSON report of Trivy. A report without any package class searched nothing, so that it found nothing means nothing. */
export function readTrivy({
  SchemaVersion,
  Results,
}: Readonly<Record<string, unknown>>): { readonly found: readonly Found[] } | Fault {
  if (SchemaVersion !== SCHEMA)
    return { fault: `SchemaVersion of the Trivy report is ${seen(SchemaVersion)}; understood is ${SCHEMA}` }
  if (!Array.isArray(Results))
    return { fault: `Results of the Trivy report is ${seen(Results)}, not a list: nothing was scanned` }
  const found: Found[] = []
  let searched = false
  for (const result of Results as readonly unknown[]) {
    if (!isObject(result)) return { fault: `a result of the Trivy report is ${seen(result)}, not an object` }
    searched ||= SEARCHED.includes(result.Class)
    const vulnerabilities = result.Vulnerabilities ?? []
    if (!Array.isArray(vulnerabilities))
      return { fault: `Vulnerabilities of ${seen(result.Target)} is ${seen(vulnerabilities)}, not a list` }
    for (const vulnerability of vulnerabilities as readonly unknown[]) {
      const one = readVulnerability(vulnerability)
      if ('fault' in one) return one
      found.push(one)
    }
  }
  if (searched) return { found }
  return {
    fault: `none of the ${Results.length} results of the Trivy report is of the class os-pkgs or lang-pkgs: no packages were scanned`,
  }
}

function readVulnerability(vulnerability: unknown): Found | Fault {
  if (!isObject(vulnerability)) return { fault: `a vulnerability is ${seen(vulnerability)}, not an object` }
  const {
    VulnerabilityID,
    PkgName,
    InstalledVersion,
    FixedVersion = '',
    Severity,
    Status,
    PkgIdentifier,
  } = vulnerability
  return foundOf({
    id: VulnerabilityID,
    related: [],
    severity: Severity,
    unfixed: FixedVersion === '' && Status !== 'fixed',
    name: PkgName,
    version: InstalledVersion,
    purl: isObject(PkgIdentifier) ? PkgIdentifier.PURL : undefined,
  })
}
