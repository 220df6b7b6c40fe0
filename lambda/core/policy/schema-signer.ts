import * as z from 'zod'
import type { HashAlgorithm } from './policy.ts'
import { readPublicKey } from './public-key.ts'
import { exactlyOne, invalid, missing, report } from './rules.ts'
import { notYet, strict, text } from './schema-fields.ts'
import { acceptsAnyone, patternFault } from './text-match.ts'

const MAX_IDENTITIES = 100

/** Hash algorithms a key may be used with; written in any case. */
export const HASHES: readonly HashAlgorithm[] = ['sha224', 'sha256', 'sha384', 'sha512']

/** A URL that tells which service is meant. It is never fetched. */
export const serviceUrl = text.superRefine((url, ctx) => {
  if (URL.canParse(url) && /^https?:/i.test(url)) return
  report(ctx, invalid(url, 'not an http or https URL'))
})

/** A public key: exactly one of its sources. */
export const key = strict({
  data: text.optional(),
  hashAlgorithm: text.optional(),
  kms: notYet,
  secretRef: notYet,
}).superRefine(({ data, hashAlgorithm, kms, secretRef }, ctx) => {
  const given = [data, kms, secretRef].filter(Boolean).length
  if (given !== 1) report(ctx, exactlyOne(given === 0 ? 'neither' : 'both', ['data', 'kms', 'secretref']))
  if (hashAlgorithm && !HASHES.some((hash) => hash === hashAlgorithm.toLowerCase())) {
    report(ctx, invalid(hashAlgorithm, `unsupported hash; allowed: ${HASHES.join(', ')}`), 'hashAlgorithm')
  }
  if (!data) return
  const read = readPublicKey(data)
  if ('fault' in read) report(ctx, invalid(data, read.fault), 'data')
})

const identityFields = {
  issuer: text.optional(),
  issuerRegExp: text.optional(),
  subject: text.optional(),
  subjectRegExp: text.optional(),
}
type IdentityFields = { readonly [Field in keyof typeof identityFields]?: string | undefined }

/** An identity of ours: patterns match in full. */
const ownIdentity = strict({ ...identityFields, claims: notYet }).superRefine((id, ctx) => identityRules(id, ctx, true))
const clusterIdentity = strict(identityFields).superRefine((id, ctx) => identityRules(id, ctx, false))

function identityRules(identity: IdentityFields, ctx: z.RefinementCtx, full: boolean): void {
  const wide = (['issuer', 'subject'] as const).filter((field) => {
    const pattern = `${field}RegExp` as const
    const exact = identity[field]
    const regExp = identity[pattern]
    if (exact && regExp) report(ctx, exactlyOne('both', [field, pattern]))
    if (!exact && !regExp) report(ctx, missing(field, pattern))
    if (!regExp) return false
    const fault = patternFault(regExp)
    if (fault !== undefined) report(ctx, invalid(regExp, `regex is invalid: ${fault}`), pattern)
    return fault === undefined && acceptsAnyone({ pattern: regExp, full })
  })
  if (wide.length === 2) {
    report(ctx, () => 'this identity would accept anyone: both patterns match every text; name an issuer and a subject')
  }
}

function keylessWith<Identity extends z.ZodType>(identity: Identity) {
  return strict({
    url: serviceUrl.optional(),
    identities: z.array(identity).max(MAX_IDENTITIES).optional(),
    trustRootRef: text.optional(),
    insecureIgnoreSCT: z.boolean().optional(),
    'ca-cert': notYet,
  }).superRefine((keyless, ctx) => {
    if (keyless.url && keyless['ca-cert']) report(ctx, exactlyOne('both', ['ca-cert', 'url']))
    if (keyless.identities !== undefined && keyless.identities.length > 0) return
    const absent = missing('identities')
    report(ctx, (path) => `${absent(path)} (keyless.identities: Invalid value: at least one is needed)`)
  })
}

/** Certificates of a Fulcio, for these identities. */
export const ownKeyless = keylessWith(ownIdentity)
export const clusterKeyless = keylessWith(clusterIdentity)
