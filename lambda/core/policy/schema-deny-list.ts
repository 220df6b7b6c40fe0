import * as z from 'zod'
import { isDigest } from '../image.ts'
import { invalid, report } from './rules.ts'
import { ownMetadata, strict, text } from './schema-fields.ts'
import { deniedIdentity } from './schema-identity.ts'

const MAX_IDENTITIES = 100
const MAX_NAMES = 500

/** How certificates and keys are named. */
const names = z
  .array(
    text.superRefine((name, ctx) => {
      if (!isDigest(name)) report(ctx, invalid(name, 'not sha256: and 64 lower-case hex digits'))
    }),
  )
  .max(MAX_NAMES)

/** DenyList: whose signatures count for nothing any more. */
export const denyList = strict({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: ownMetadata,
  spec: strict({
    message: text.optional(),
    identities: z.array(deniedIdentity).max(MAX_IDENTITIES).optional(),
    certificates: names.optional(),
    keys: names.optional(),
  }).superRefine(({ identities = [], certificates = [], keys = [] }, ctx) => {
    if (identities.length + certificates.length + keys.length > 0) return
    report(ctx, () => 'denies nobody: give at least one of identities, certificates and keys')
  }),
})
