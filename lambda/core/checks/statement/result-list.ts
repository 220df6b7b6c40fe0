import { isObject } from '../../is-object.ts'
import { SEVERITIES, type Severity } from '../../policy/statement-rules.ts'
import { type Fault, seen } from './finding.ts'
import { type Found, foundOf } from './found.ts'
import { severityOf, severityOfScore } from './severity.ts'

/**
 * Reads the result of in-toto's vulns predicate, where an empty list means that nothing was found
 * (https://github.com/in-toto/attestation, spec/predicates). It tells neither packages nor fixes.
 */
export function readResultList(result: unknown): { readonly found: readonly Found[] } | Fault {
  if (!Array.isArray(result)) return { fault: `scanner.result is ${seen(result)}, not a list of vulnerabilities` }
  const found: Found[] = []
  for (const entry of result as readonly unknown[]) {
    // In the text of v0.1 they lie one level deeper than in its example
    const vulnerability = isObject(entry) && isObject(entry.vulnerability) ? entry.vulnerability : entry
    if (!isObject(vulnerability)) return { fault: `a result is ${seen(vulnerability)}, not an object` }
    const { id, severity } = vulnerability
    const worst = worstOf(severity)
    if (worst === undefined)
      return { fault: `the severity of ${seen(id)} has no word or CVSS score that is understood` }
    const one = foundOf({ id, related: [], severity: worst, unfixed: false })
    if ('fault' in one) return one
    found.push(one)
  }
  return { found }
}

/** The worst by any method; undefined where a word or a CVSS score is not understood, or nothing else is there. */
function worstOf(severity: unknown): Severity | undefined {
  const entries = Array.isArray(severity) ? severity : [severity]
  const all: (Severity | undefined)[] = entries.filter((entry) => !isForeign(entry)).map(severityOfEntry)
  if (all.includes(undefined)) return undefined
  return SEVERITIES.find((one) => all.includes(one))
}

function severityOfEntry(entry: unknown): Severity | undefined {
  const score = isObject(entry) ? entry.score : undefined
  if (score === undefined || score === '') return undefined
  return isNumber(score) ? severityOfScore(Number(score)) : severityOf(score)
}

/** A number by a method other than CVSS is on a scale of its own. */
function isForeign(entry: unknown): boolean {
  if (!isObject(entry) || !isNumber(entry.score)) return false
  return typeof entry.method !== 'string' || !/cvss/i.test(entry.method)
}

function isNumber(score: unknown): boolean {
  return typeof score === 'number' || (typeof score === 'string' && /^[0-9]+(?:\.[0-9]+)?$/.test(score))
}
