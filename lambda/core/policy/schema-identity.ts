import * as z from 'zod'
import { isObject } from '../is-object.ts'
import { CERTIFICATE_CLAIMS } from './certificate-claims.ts'
import type { Identity, TextMatch } from './policy.ts'
import { exactlyOne, invalid, missing, report } from './rules.ts'
import { strict, text } from './schema-fields.ts'
import { acceptsAnyone, patternFault } from './text-match.ts'

const identityFields = {
  issuer: text.optional(),
  issuerRegExp: text.optional(),
  subject: text.optional(),
  subjectRegExp: text.optional(),
}
type IdentityFields = { readonly [Field in keyof typeof identityFields]?: string | undefined }

/** What a text should be: itself, or what a pattern matches in full. */
export const claim = z.unknown().transform((want, ctx): TextMatch => {
  if (typeof want === 'string' && want !== '') return { exact: want }
  if (!isObject(want) || typeof want.regExp !== 'string' || Object.keys(want).length > 1) {
    report(ctx, invalid(want, 'a claim is text (quoted, where it looks like a number) or { regExp: PATTERN }'))
    return z.NEVER
  }
  return readPattern(want.regExp, 'regExp', ctx, true) ?? z.NEVER
})
const claims = strict(Object.fromEntries(CERTIFICATE_CLAIMS.map((name) => [name, claim.optional()])))

/** An identity of ours: its patterns match in full, and it may bind claims of the certificate. `does`: what it does to whom it matches. */
function identityThat(does: 'accept' | 'deny') {
  return strict({ ...identityFields, claims: claims.optional() }).transform(({ claims: wanted = {}, ...fields }, ctx) =>
    readIdentity(fields, ctx, true, wanted, does),
  )
}
export const ownIdentity = identityThat('accept')
export const deniedIdentity = identityThat('deny')

/** An identity of a ClusterImagePolicy: its patterns match anywhere in the text, as upstream's do. */
export const clusterIdentity = strict(identityFields).transform((fields, ctx) => readIdentity(fields, ctx, false, {}))

function readIdentity(
  fields: IdentityFields,
  ctx: z.RefinementCtx,
  full: boolean,
  wanted: Readonly<Record<string, TextMatch | undefined>>,
  does: 'accept' | 'deny' = 'accept',
): Identity {
  const issuer = readMatch(fields, 'issuer', ctx, full)
  const subject = readMatch(fields, 'subject', ctx, full)
  if (issuer === undefined || subject === undefined) return z.NEVER
  if (acceptsAnyone(issuer) && acceptsAnyone(subject)) {
    report(ctx, () => `would ${does} anyone: both patterns match every text; name an issuer and a subject`)
  }
  const given = Object.entries(wanted).flatMap(([name, match]) => (match === undefined ? [] : [[name, match] as const]))
  return { issuer, subject, claims: Object.fromEntries(given) }
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
  return readPattern(pattern, patternField, ctx, full)
}

function readPattern(pattern: string, field: string, ctx: z.RefinementCtx, full: boolean): TextMatch | undefined {
  const fault = patternFault(pattern)
  if (fault === undefined) return { pattern, full }
  report(ctx, invalid(pattern, `regex is invalid: ${fault}`), field)
  return undefined
}
