import { SEVERITIES, type Severity, type VulnerabilityRule } from '../../policy/statement-rules.ts'
import { listed, type StatementFinding, seen, shortened, unmet } from './finding.ts'
import type { Found } from './found.ts'
import { readInstant } from './instant.ts'
import { readScan } from './scan.ts'
import { isCleared, readVex } from './vex.ts'

/** How far clocks may differ. */
const SKEW = 5 * 60_000

/** What a scan is judged by. `vex`: OpenVEX statements by the same authority about the same image, whose digest is `imageDigest`. */
export type ScanContext = {
  readonly vex: readonly Readonly<Record<string, unknown>>[]
  readonly imageDigest: string
  readonly now: Date
}

/** Judges the record of a scan: how old it is, and how much it found that nothing speaks against. Each find counts, as scanners count. */
export function judgeVulnerabilities(
  rule: VulnerabilityRule,
  statement: Readonly<Record<string, unknown>>,
  context: ScanContext,
): StatementFinding {
  const scan = readScan(statement)
  if ('fault' in scan) return unmet(scan.fault)
  const until = rule.maxAge === undefined ? undefined : freshUntil(rule.maxAge, scan.finishedOn, context.now.getTime())
  if (typeof until === 'string') return unmet(until)
  const { left, note } = withoutCleared(rule, scan.found, context)
  const fault = excess(rule, left)
  if (fault !== undefined) return unmet(`${fault}${note}`)
  return { met: true, ...(until !== undefined && { until: new Date(until).toISOString() }) }
}

/** From when a scan is too old, in milliseconds; as text why it cannot count now. */
function freshUntil(maxAge: number, finishedOn: unknown, now: number): number | string {
  const finished = readInstant(finishedOn)
  if (finished === undefined)
    return `metadata.scanFinishedOn is ${seen(finishedOn)}, not a moment in RFC 3339; maxAge asks for one`
  if (!(finished <= now + SKEW)) return `the scan finished on ${seen(finishedOn)}, which is in the future`
  const until = finished + maxAge * 1_000
  return now < until ? until : `the scan finished on ${seen(finishedOn)}, too long ago: it counts for ${maxAge} seconds`
}

function withoutCleared(
  { ignoreUnfixed, vex: usesVex }: VulnerabilityRule,
  found: readonly Found[],
  { vex, imageDigest, now }: ScanContext,
): { readonly left: readonly Found[]; readonly note: string } {
  const left = ignoreUnfixed ? found.filter(({ unfixed }) => !unfixed) : found
  if (!usesVex) return { left, note: '' }
  const said = readVex(vex, imageDigest)
  if ('fault' in said) return { left, note: `; VEX counts for nothing: ${said.fault}` }
  const latest = now.getTime() + SKEW
  return { left: left.filter((one) => !isCleared(one, said, latest)), note: '' }
}

function excess({ most }: VulnerabilityRule, found: readonly Found[]): string | undefined {
  const faults = SEVERITIES.flatMap((severity) => {
    const limit = most[severity]
    const these = found.filter((one) => one.severity === severity)
    return limit === undefined || these.length <= limit ? [] : describe(severity, these, limit)
  })
  return faults.length === 0 ? undefined : faults.join('; ')
}

function describe(severity: Severity, found: readonly Found[], limit: number): string {
  const names = found.slice(0, 3).map(({ id, name = '', version = '' }) => {
    return shortened([id, ...(name === '' ? [] : ['in', name, version])].join(' ').trim())
  })
  return `${found.length} of severity ${severity}, at most ${limit} may be left: ${listed(names, found.length)}`
}
