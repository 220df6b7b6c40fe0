import * as z from 'zod'
import { TRUSTED_ROOT_TYPES } from '../trusted-root-types.ts'
import { invalid, report, reportUnlessOne } from './rules.ts'
import { choice, ownMetadata, strict, text } from './schema-fields.ts'
import { DEFAULT_TARGET, mirrorUrl, targetName, tufRoot } from './schema-tuf.ts'

const time = text.superRefine((written, ctx) => {
  if (Number.isNaN(Date.parse(written))) report(ctx, invalid(written, 'not a time such as 2026-01-31T00:00:00Z'))
})

const log = z.looseObject({
  publicKey: z.looseObject({
    rawBytes: z.string(),
    // Without a beginning an entry of any age would count: sigstore-conformance, trust-root-tlog-missing-validity-start.
    validFor: z.looseObject({ start: time }),
  }),
})
const authority = z.looseObject({ certChain: z.looseObject({ certificates: z.array(z.looseObject({})).min(1) }) })

/** The shape of a Sigstore trusted_root.json; what is in it is read by those who verify with it. */
export const trustedRootFile = z.looseObject({
  mediaType: choice('media type', TRUSTED_ROOT_TYPES),
  tlogs: z.array(log).optional(),
  ctlogs: z.array(log).optional(),
  certificateAuthorities: z.array(authority).optional(),
  timestampAuthorities: z.array(authority).optional(),
})

const file = text.superRefine((path, ctx) => {
  if (path !== '' && !path.includes('\0') && !path.includes('://')) return
  report(ctx, invalid(path, 'a file is allowed, from where the policy file lies, such as roots/staging.json'))
})

const tuf = strict({
  mirror: mirrorUrl,
  root: tufRoot.optional(),
  rootFile: file.optional(),
  target: targetName.default(DEFAULT_TARGET),
}).superRefine(({ root, rootFile }, ctx) => {
  reportUnlessOne(ctx, { root, rootFile })
})

/** TrustedRoot: whom to trust for certificates, logs and timestamps, here, in a file, or in a TUF repository. */
export const trustedRoot = strict({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: ownMetadata,
  spec: strict({ inline: trustedRootFile.optional(), file: file.optional(), tuf: tuf.optional() }).superRefine(
    ({ inline, file: named, tuf: mirror }, ctx) => {
      reportUnlessOne(ctx, { inline, file: named, tuf: mirror })
    },
  ),
})
