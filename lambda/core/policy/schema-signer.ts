import * as z from 'zod'
import type { HashAlgorithm, Identity, TextMatch } from './policy.ts'
import { readPublicKey } from './public-key.ts'
import { exactlyOne, invalid, missing, report } from './rules.ts'
import { choice, notYet, strict, text } from './schema-fields.ts'
import { acceptsAnyone, patternFault } from './text-match.ts'

const MAX_IDENTITIES = 100

const HASHES = ['sha224', 'sha256', 'sha384', 'sha512'] as const satisfies readonly HashAlgorithm[]

/** A URL that tells which service is meant. It is never fetched. */
export const serviceUrl = text.superRefine((url, ctx) => {
  if (URL.canParse(url) && /^https?:/i.test(url)) return
  report(ctx, invalid(url, 'not an http or https URL'))
})

const publicKey = text.transform((pem, ctx) => {
  const read = readPublicKey(pem)
  if ('pem' in read) return read.pem
  report(ctx, invalid(pem, read.fault))
  return z.NEVER
})
const hash = text.transform((name) => name.toLowerCase()).pipe(choice('hash', HASHES))

/** A public key: exactly one of its sources. */
export const key = strict({
  data: publicKey.optional(),
  hashAlgorithm: hash.optional(),
  kms: notYet,
  secretRef: notYet,
}).superRefine(({ data, kms, secretRef }, ctx) => {
  const given = [data, kms, secretRef].filter((source) => source !== undefined).length
  if (given !== 1) report(ctx, exactlyOne(given === 0 ? 'neither' : 'both', ['data', 'kms', 'secretref']))
})

const identityFields = {
  issuer: text.optional(),
  issuerRegExp: text.optional(),
  subject: text.optional(),
  subjectRegExp: text.optional(),
}
type IdentityFields = { readonly [Field in keyof typeof identityFields]?: string | undefined }

// Our patterns match in full; upstream's anywhere in the text.
const ownIdentity = strict({ ...identityFields, claims: notYet }).transform((id, ctx) => readIdentity(id, ctx, true))
const clusterIdentity = strict(identityFields).transform((id, ctx) => readIdentity(id, ctx, false))

function readIdentity(fields: IdentityFields, ctx: z.RefinementCtx, full: boolean): Identity {
  const issuer = readMatch(fields, 'issuer', ctx, full)
  const subject = readMatch(fields, 'subject', ctx, full)
  if (issuer === undefined || subject === undefined) return z.NEVER
  if (acceptsAnyone(issuer) && acceptsAnyone(subject)) {
    report(ctx, () => 'would accept anyone: both patterns match every text; name an issuer and a subject')
  }
  return { issuer, subject, claims: {} }
}

function readMatch(
  fields: IdentityFields,
  field: 'issuer' | 'subject',
  ctx: z.RefinementCtx,
  full: boolean,
): TextMatch | undefined {
  const patternField = `${field}RegExp` as const
  const exact = fields[field]
  const pattern = fields[patternField]
  if (exact !== undefined && pattern !== undefined) report(ctx, exactlyOne('both', [field, patternField]))
  if (exact === undefined && pattern === undefined) report(ctx, missing(field, patternField))
  if (pattern === undefined) return exact === undefined ? undefined : { exact }
  const fault = patternFault(pattern)
  if (fault === undefined) return { pattern, full }
  report(ctx, invalid(pattern, `regex is invalid: ${fault}`), patternField)
  return undefined
}

function keylessWith<Identity extends z.ZodType>(identity: Identity) {
  return strict({
    url: serviceUrl.optional(),
    identities: z.array(identity).max(MAX_IDENTITIES).optional(),
    trustRootRef: text.optional(),
    insecureIgnoreSCT: z.boolean().optional(),
    'ca-cert': notYet,
  }).superRefine((keyless, ctx) => {
    if (keyless.url !== undefined && keyless['ca-cert'] !== undefined)
      report(ctx, exactlyOne('both', ['ca-cert', 'url']))
    if (keyless.identities !== undefined && keyless.identities.length > 0) return
    const absent = missing('identities')
    report(ctx, (path) => `${absent(path)} (keyless.identities: Invalid value: at least one is needed)`)
  })
}

/** Certificates of a Fulcio, for these identities. */
export const ownKeyless = keylessWith(ownIdentity)
export const clusterKeyless = keylessWith(clusterIdentity)
