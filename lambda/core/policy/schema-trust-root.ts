import * as z from 'zod'
import { decodeBase64 } from './base64.ts'
import { readCertificates } from './certificates.ts'
import { readPublicKey } from './public-key.ts'
import { invalid, missing, report, reportUnlessOne } from './rules.ts'
import { serviceUrl, strict, text } from './schema-fields.ts'
import { clusterMetadata } from './schema-policy.ts'
import { DEFAULT_TARGET, mirrorUrl, targetName, tufRoot } from './schema-tuf.ts'
import { trustedRootOf } from './sigstore-keys.ts'

const MAX_ENTRIES = 50
const HASHES: Readonly<Record<string, string>> = { 'sha-256': 'SHA2_256', 'sha-384': 'SHA2_384', 'sha-512': 'SHA2_512' }

// Upstream has bytes here, and in YAML bytes are base64. What was read is never repeated: it could be a private key.
const certChain = text.transform((written, ctx) => {
  const read = readCertificates(decodeBase64(written)?.toString('latin1') ?? '')
  if ('certificates' in read) return read.certificates
  report(ctx, () => `${read.fault}; a chain of certificates is needed here, PEM in base64`)
  return z.NEVER
})
const publicKey = text.transform((written, ctx) => {
  const read = readPublicKey(decodeBase64(written)?.toString('latin1') ?? '')
  if ('pem' in read) return read.pem
  report(ctx, () => `${read.fault}; a public key is needed here, PEM in base64`)
  return z.NEVER
})
const hashAlgorithm = text.transform((written, ctx) => {
  const known = HASHES[written.toLowerCase().replace(/^sha-?/, 'sha-')]
  if (known !== undefined) return known
  report(ctx, invalid(written, `unsupported hash; allowed: ${Object.keys(HASHES).join(', ')}`))
  return z.NEVER
})

const authority = strict({ subject: strict({ organization: text, commonName: text }), uri: serviceUrl, certChain })
const log = strict({ baseURL: serviceUrl, hashAlgorithm, publicKey })

const sigstoreKeys = strict({
  certificateAuthorities: z.array(authority).max(MAX_ENTRIES).default([]),
  timestampAuthorities: z.array(authority).max(MAX_ENTRIES).default([]),
  tLogs: z.array(log).max(MAX_ENTRIES).default([]),
  ctLogs: z.array(log).max(MAX_ENTRIES).default([]),
})
  .superRefine(({ certificateAuthorities, timestampAuthorities }, ctx) => {
    if (certificateAuthorities.length + timestampAuthorities.length > 0) return
    report(ctx, missing('certificateAuthorities', 'timestampAuthorities'))
  })
  .transform(trustedRootOf)

const targets = text.superRefine((folder, ctx) => {
  if (folder === 'targets') return
  report(ctx, invalid(folder, 'targets are looked for in the folder "targets" only; leave this field out'))
})
const tufFields = {
  root: tufRoot,
  targets: targets.optional(),
  trustedRootTarget: targetName.default(DEFAULT_TARGET),
}

/** Upstream's TrustRoot: the keys themselves, or a TUF repository, served or packed into the document. */
export const trustRoot = strict({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: clusterMetadata,
  spec: strict({
    sigstoreKeys: sigstoreKeys.optional(),
    remote: strict({ ...tufFields, mirror: mirrorUrl }).optional(),
    repository: strict({ ...tufFields, mirrorFS: text }).optional(),
  }).superRefine(({ remote, repository, sigstoreKeys: keys }, ctx) => {
    reportUnlessOne(ctx, { remote, repository, sigstoreKeys: keys })
  }),
  status: z.unknown().optional(),
})
