import * as z from 'zod'
import { readGitSource } from '../git-source.ts'
import { PREDICATE_TYPES } from '../predicate-types.ts'
import { aroundReferences } from './captures.ts'
import type { TextMatch } from './policy.ts'
import { invalid, missing, report } from './rules.ts'
import { duration, strict } from './schema-fields.ts'
import { claim } from './schema-identity.ts'
import { type ProvenanceRule, SEVERITIES, type VulnerabilityRule } from './statement-rules.ts'

const MAX_VULNERABILITIES = 100_000

/** Exact repositories are written in as many ways as provenance writes them, and compared in one. */
const repository = claim.transform((want, ctx): TextMatch => {
  if (!('exact' in want)) return want
  const exact = aroundReferences(want.exact, (plain) => {
    const source = readGitSource(plain)
    return source?.ref === undefined ? source?.repository : undefined
  })
  if (exact !== undefined) return { exact }
  const why = readGitSource(want.exact) === undefined ? '' : '; its ref is asked for by sourceRef'
  report(ctx, invalid(want.exact, `not the URL of a repository, such as https://github.com/acme/app${why}`))
  return z.NEVER
})

const provenanceFields = {
  builder: claim.optional(),
  buildType: claim.optional(),
  sourceRepository: repository.optional(),
  sourceRef: claim.optional(),
}

/** `provenance` of an attestation: what SLSA provenance must say. */
export const provenanceRule = strict(provenanceFields).transform((fields, ctx): ProvenanceRule => {
  const asked = given(fields)
  if (Object.keys(asked).length === 0) report(ctx, missing(...Object.keys(provenanceFields)))
  return asked
})

/** A whole number from `least`. */
export function wholeNumber(least: number, most: number) {
  return z
    .unknown()
    .transform((count, ctx): number => {
      if (typeof count === 'number' && Number.isInteger(count) && count >= least && count <= most) return count
      report(ctx, invalid(count, `a whole number from ${least} to ${most} is allowed`))
      return z.NEVER
    })
    .meta({ type: 'integer', minimum: least, maximum: most })
}

const most = wholeNumber(0, MAX_VULNERABILITIES).optional()

/** `vulnerabilities` of an attestation: what a scan may have found. */
export const vulnerabilityRule = strict({
  critical: most,
  high: most,
  medium: most,
  low: most,
  negligible: most,
  unknown: most,
  maxAge: duration.optional(),
  ignoreUnfixed: z.boolean().optional(),
  vex: z.boolean().optional(),
}).transform(({ maxAge, ignoreUnfixed = false, vex = false, ...counts }, ctx): VulnerabilityRule => {
  const limits = given(counts)
  if (Object.keys(limits).length === 0 && maxAge === undefined) report(ctx, missing(...SEVERITIES, 'maxAge'))
  return { most: limits, ...(maxAge !== undefined && { maxAge }), ignoreUnfixed, vex }
})

type RuleName = keyof typeof PREDICATE_TYPES

/** Reports rules that read another predicate type than that of their attestation; `predicateType` is the full URI. */
export function reportMisplacedRules(
  { predicateType, ...rules }: { readonly predicateType: string } & { readonly [Name in RuleName]?: unknown },
  ctx: z.RefinementCtx,
): void {
  for (const name of Object.keys(PREDICATE_TYPES) as RuleName[]) {
    if (rules[name] === undefined || PREDICATE_TYPES[name].includes(predicateType)) continue
    report(ctx, invalid(predicateType, `${name} reads ${PREDICATE_TYPES[name].join(', ')}`), 'predicateType')
  }
}

function given<Fields extends object>(fields: Fields): { [Name in keyof Fields]?: NonNullable<Fields[Name]> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [Name in keyof Fields]?: NonNullable<Fields[Name]> }
}
