import type { WantedAttestation } from '../policy/policy.ts'
import type { Reason } from '../reasons.ts'
import type { StatementFinding } from './statement/finding.ts'
import { judgeProvenance } from './statement/provenance.ts'
import { judgeSbom } from './statement/sbom.ts'
import { judgeVulnerabilities, type ScanContext } from './statement/vulnerabilities.ts'

/** How one built-in rule came out, and what people are told where it is not met. */
export type RuleFinding = { readonly reason: Reason; readonly finding: StatementFinding }

/** Every built-in rule that an attestation has, over what it says. */
export function judgeRules(
  { provenance, sbom, vulnerabilities }: WantedAttestation,
  statement: Readonly<Record<string, unknown>>,
  scan: ScanContext,
): RuleFinding[] {
  return [
    ...(provenance
      ? [{ reason: 'provenance-mismatch', finding: judgeProvenance(provenance, statement) } as const]
      : []),
    ...(sbom ? [{ reason: 'sbom-mismatch', finding: judgeSbom(sbom, statement) } as const] : []),
    ...(vulnerabilities
      ? [{ reason: 'vulnerabilities', finding: judgeVulnerabilities(vulnerabilities, statement, scan) } as const]
      : []),
  ]
}
