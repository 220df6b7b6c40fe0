import type { Severity } from '../../policy/statement-rules.ts'
import { type Purl, parsePurl } from '../../purl.ts'
import { type Fault, seen } from './finding.ts'
import { severityOf } from './severity.ts'

/**
 * One vulnerability in one package, as a scanner found it. `related`: other names it is known by, each perhaps of several.
 * `unfixed`: the scanner says that no version has a fix.
 */
export type Found = {
  readonly id: string
  readonly related: readonly string[]
  readonly severity: Severity
  readonly unfixed: boolean
  readonly name?: string
  readonly version?: string
  readonly purl?: Purl
}

/** A find of these parts, none of them checked before; or a fault. */
export function foundOf(parts: {
  readonly id: unknown
  readonly related: readonly unknown[]
  readonly severity: unknown
  readonly unfixed: boolean
  readonly name?: unknown
  readonly version?: unknown
  readonly purl?: unknown
}): Found | Fault {
  const { id, unfixed, name, version } = parts
  if (typeof id !== 'string' || id === '') return { fault: `a vulnerability has the id ${seen(id)}` }
  const severity = severityOf(parts.severity)
  if (severity === undefined)
    return { fault: `the severity of ${seen(id)} is ${seen(parts.severity)}, which is not understood` }
  const related = parts.related.filter((one) => typeof one === 'string')
  if (related.length < parts.related.length) return { fault: `a vulnerability related to ${seen(id)} has no id` }
  const purl = typeof parts.purl === 'string' ? parsePurl(parts.purl) : undefined
  return {
    id,
    related,
    severity,
    unfixed,
    ...(typeof name === 'string' && { name }),
    ...(typeof version === 'string' && { version }),
    ...(purl !== undefined && { purl }),
  }
}
