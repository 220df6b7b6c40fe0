import * as z from 'zod'
import { readCertificates } from './certificates.ts'
import { exactlyOne, missing, report } from './rules.ts'
import { serviceUrl, strict, text, unsupported } from './schema-fields.ts'
import { clusterIdentity, ownIdentity } from './schema-identity.ts'
import { clusterKms, oneSource } from './schema-key.ts'
import { secretRef } from './schema-secret.ts'

const MAX_IDENTITIES = 100

/** Certificates of authorities, each in its one canonical PEM form. */
const authorities = text.transform((pem, ctx) => {
  const read = readCertificates(pem)
  if ('fault' in read) {
    report(ctx, () => read.fault)
    return z.NEVER
  }
  const other = read.certificates.findIndex(({ ca }) => !ca)
  if (other >= 0) report(ctx, () => `its certificate ${other + 1} is not one of a certificate authority`)
  return read.certificates.map(String).join('')
})

const elsewhere = unsupported("put the authority's certificates in data, as PEM")
const ownCaCert = strict({ data: authorities.optional(), kms: elsewhere, secretRef: elsewhere }).superRefine(oneSource)
const clusterCaCert = strict({
  data: authorities.optional(),
  kms: clusterKms.optional(),
  secretRef: secretRef.optional(),
}).superRefine(oneSource)

function keylessWith<Identity extends z.ZodType, CaCert extends z.ZodType>(identity: Identity, caCert: CaCert) {
  return strict({
    url: serviceUrl.optional(),
    identities: z.array(identity).max(MAX_IDENTITIES).optional(),
    trustRootRef: text.optional(),
    insecureIgnoreSCT: z.boolean().optional(),
    'ca-cert': caCert.optional(),
  }).superRefine((keyless, ctx) => {
    if (keyless.url !== undefined && keyless['ca-cert'] !== undefined)
      report(ctx, exactlyOne('both', ['ca-cert', 'url']))
    if (keyless.identities !== undefined && keyless.identities.length > 0) return
    const absent = missing('identities')
    report(ctx, (path) => `${absent(path)} (keyless.identities: Invalid value: at least one is needed)`)
  })
}

/** Certificates of a Fulcio or of a private authority, for these identities. */
export const ownKeyless = keylessWith(ownIdentity, ownCaCert)
export const clusterKeyless = keylessWith(clusterIdentity, clusterCaCert)
