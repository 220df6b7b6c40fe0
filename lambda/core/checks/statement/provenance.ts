import type { TextMatch } from '../../policy/policy.ts'
import type { ProvenanceRule } from '../../policy/statement-rules.ts'
import { matchesText } from '../../policy/text-match.ts'
import { type StatementFinding, seen, shortened, unmet } from './finding.ts'
import { readProvenance, type Sources } from './read-provenance.ts'

/** Judges SLSA provenance: whatever a rule asks for must be said, and said in one way only. */
export function judgeProvenance(rule: ProvenanceRule, statement: Readonly<Record<string, unknown>>): StatementFinding {
  const provenance = readProvenance(statement)
  if ('fault' in provenance) return unmet(provenance.fault)
  const { builder, buildType, sources } = provenance
  const fault =
    difference('the builder', rule.builder, builder) ??
    difference('the build type', rule.buildType, buildType) ??
    sourceDifference(rule, sources)
  return fault === undefined ? { met: true } : unmet(fault)
}

function sourceDifference({ sourceRepository, sourceRef }: ProvenanceRule, sources: Sources): string | undefined {
  if (sourceRepository === undefined && sourceRef === undefined) return undefined
  if ('fault' in sources) return sources.fault
  return (
    difference('the source repository', sourceRepository, sources.repository) ??
    difference('the source ref', sourceRef, sources.ref)
  )
}

function difference(part: string, want: TextMatch | undefined, value: unknown): string | undefined {
  if (want === undefined) return undefined
  if (typeof value === 'string' && value !== '' && matchesText(want, value)) return undefined
  return `${part} is ${seen(value)}, asked for is ${shortened('exact' in want ? want.exact : `/${want.pattern}/`)}`
}
