import { isObject } from '../../is-object.ts'
import { type Fault, seen } from './finding.ts'
import { type Found, foundOf } from './found.ts'

/** The states by which Grype says that there is no fix; `unknown` says nothing. */
const UNFIXED: readonly unknown[] = ['not-fixed', 'wont-fix']

/** Reads the JSON report of Grype. What its ignore rules took out (`ignoredMatches`) is not looked at. */
export function readGrype({
  descriptor,
  matches,
}: Readonly<Record<string, unknown>>): { readonly found: readonly Found[] } | Fault {
  const name = isObject(descriptor) ? descriptor.name : undefined
  if (name !== 'grype') return { fault: `the report is of ${seen(name)}; understood are those of Trivy and Grype` }
  if (!Array.isArray(matches)) return { fault: `matches of the Grype report is ${seen(matches)}, not a list` }
  const found: Found[] = []
  for (const match of matches as readonly unknown[]) {
    const one = readMatch(match)
    if ('fault' in one) return one
    found.push(one)
  }
  return { found }
}

function readMatch(match: unknown): Found | Fault {
  if (!isObject(match)) return { fault: `a match is ${seen(match)}, not an object` }
  const { vulnerability, relatedVulnerabilities = [], artifact = {} } = match
  if (!isObject(vulnerability) || !isObject(artifact)) {
    return {
      fault: `a match has the vulnerability ${seen(vulnerability)} and the artifact ${seen(artifact)}, not two objects`,
    }
  }
  const { id, severity, fix } = vulnerability
  const related = Array.isArray(relatedVulnerabilities) ? relatedVulnerabilities : [relatedVulnerabilities]
  const { name, version, purl } = artifact
  return foundOf({
    id,
    related: related.map((one: unknown) => (isObject(one) ? one.id : one)),
    severity,
    unfixed: isObject(fix) && UNFIXED.includes(fix.state) && hasNone(fix.versions),
    name,
    version,
    purl,
  })
}

function hasNone(versions: unknown): boolean {
  return versions === undefined || versions === null || (Array.isArray(versions) && versions.length === 0)
}
