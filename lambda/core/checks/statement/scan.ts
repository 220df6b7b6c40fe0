import { isObject } from '../../is-object.ts'
import { COSIGN_VULN, PREDICATE_TYPES } from '../../predicate-types.ts'
import { type Fault, seen } from './finding.ts'
import type { Found } from './found.ts'
import { readGrype } from './grype.ts'
import { readResultList } from './result-list.ts'
import { readTrivy } from './trivy.ts'

/** What a scan found, and when it ended, as that stands there. */
export type Scan = { readonly found: readonly Found[]; readonly finishedOn: unknown }

/** Reads the record of a scan: cosign's with the JSON of Trivy or Grype, or in-toto's vulns v0.1 and v0.2. */
export function readScan({ predicateType, predicate }: Readonly<Record<string, unknown>>): Scan | Fault {
  if (typeof predicateType !== 'string' || !PREDICATE_TYPES.vulnerabilities.includes(predicateType)) {
    return {
      fault: `the predicate type is ${seen(predicateType)}; understood are ${PREDICATE_TYPES.vulnerabilities.join(', ')}`,
    }
  }
  const { scanner, metadata } = isObject(predicate) ? predicate : {}
  if (!isObject(scanner)) return { fault: `predicate.scanner is ${seen(scanner)}, not an object` }
  const { result } = scanner
  const found = predicateType === COSIGN_VULN ? readReport(result) : readResultList(result)
  return 'fault' in found ? found : { ...found, finishedOn: isObject(metadata) ? metadata.scanFinishedOn : undefined }
}

function readReport(result: unknown): { readonly found: readonly Found[] } | Fault {
  if (isObject(result) && result.SchemaVersion !== undefined) return readTrivy(result)
  if (isObject(result) && isObject(result.descriptor)) return readGrype(result)
  const what = isObject(result) ? `an object with ${seen(Object.keys(result).join(', '))}` : seen(result)
  return { fault: `scanner.result is ${what}; understood is the JSON report of Trivy (schema 2) or of Grype` }
}
