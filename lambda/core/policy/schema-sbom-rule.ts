import * as z from 'zod'
import { readPackageRule } from './package-rule.ts'
import { invalid, report } from './rules.ts'
import { choice, strict, text } from './schema-fields.ts'
import { wholeNumber } from './schema-statement-rules.ts'
import { type PackageRule, SBOM_FORMATS, type SbomRule } from './statement-rules.ts'

const MAX_ENTRIES = 100
const MAX_PACKAGES = 1_000_000

function packageList(list: 'denied' | 'allowed') {
  const entry = text.transform((written, ctx): PackageRule => {
    const rule = readPackageRule(written, list)
    if (typeof rule !== 'string') return rule
    report(ctx, invalid(written, rule))
    return z.NEVER
  })
  return z.array(entry).min(1).max(MAX_ENTRIES).optional()
}

const packages = strict({
  denied: packageList('denied'),
  allowed: packageList('allowed'),
  min: wholeNumber(0, MAX_PACKAGES).optional(),
  max: wholeNumber(0, MAX_PACKAGES).optional(),
}).superRefine(({ min = 1, max = min }, ctx) => {
  if (max < min) report(ctx, invalid(max, `less than min, ${min}`), 'max')
})

/** `sbom` of an attestation: what format it must have and which packages. A family of formats stands for its versions. */
export const sbomRule = strict({
  formats: z
    .array(choice('SBOM format', ['spdx', 'cyclonedx', ...SBOM_FORMATS]))
    .min(1)
    .max(SBOM_FORMATS.length + 2)
    .optional(),
  packages: packages.optional(),
}).transform(({ formats = ['spdx', 'cyclonedx'], packages: { denied = [], allowed, min = 1, max } = {} }): SbomRule => {
  const wanted = SBOM_FORMATS.filter((format) => formats.some((one) => format === one || format.startsWith(`${one}-`)))
  return { formats: wanted, denied, ...(allowed && { allowed }), min, ...(max !== undefined && { max }) }
})
