import type { SbomRule } from '../../policy/statement-rules.ts'
import { listed, type StatementFinding, shortened, unmet } from './finding.ts'
import { deniedBy, describePackage, isAllowedBy } from './match-packages.ts'
import type { Package } from './package.ts'
import { readPackages } from './packages.ts'

/** Judges an SBOM: its format, and the packages it lists. Denied is whatever it names, the image itself and files too. */
export function judgeSbom(rule: SbomRule, statement: Readonly<Record<string, unknown>>): StatementFinding {
  const contents = readPackages(statement)
  if ('fault' in contents) return unmet(contents.fault)
  const { format, packages, others } = contents
  if (!rule.formats.includes(format)) return unmet(`the SBOM is ${format}, asked for is ${rule.formats.join(' or ')}`)
  const fault =
    deniedFault(rule, [...packages, ...others]) ?? countFault(rule, packages) ?? allowedFault(rule, packages)
  return fault === undefined ? { met: true } : unmet(fault)
}

function deniedFault({ denied }: SbomRule, packages: readonly Package[]): string | undefined {
  const ruleOf = deniedBy(denied)
  for (const one of packages) {
    const rule = ruleOf(one)
    if (rule !== undefined) return `it has ${shortened(describePackage(one))}, which "${rule.source}" denies`
  }
  return undefined
}

function countFault(
  { min, max = Number.POSITIVE_INFINITY }: SbomRule,
  { length }: readonly Package[],
): string | undefined {
  if (length < min) return `the SBOM lists ${length} packages, asked for are ${min} or more`
  return length > max ? `the SBOM lists ${length} packages, at most ${max} are allowed` : undefined
}

function allowedFault({ allowed }: SbomRule, packages: readonly Package[]): string | undefined {
  if (allowed === undefined) return undefined
  const isAllowed = isAllowedBy(allowed)
  const others = packages.filter((one) => !isAllowed(one))
  if (others.length === 0) return undefined
  const names = others.slice(0, 3).map((one) => shortened(describePackage(one)))
  return `not among the allowed packages: ${listed(names, others.length)}`
}
