import * as z from 'zod'
import { invalid, report } from './rules.ts'
import { clusterAuthority, ownAuthority } from './schema-authority.ts'
import { choice, globText, notYet, ownMetadata, requirement, strict, unsupported } from './schema-fields.ts'
import { match } from './schema-match.ts'
import { kubernetesMetadata } from './schema-metadata.ts'

const MAX_IMAGES = 500
const MAX_AUTHORITIES = 50

const ignored = z.unknown().optional()

/** What Kubernetes holds about the object itself. */
export const clusterMetadata = kubernetesMetadata({})

const mode = choice('mode', ['enforce', 'warn']).optional()

/** ClusterImagePolicy, v1alpha1 and v1beta1: the same fields. */
export const clusterImagePolicy = strict({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: clusterMetadata,
  spec: strict({
    images: z
      .array(strict({ glob: globText('reference') }))
      .min(1)
      .max(MAX_IMAGES),
    authorities: z.array(clusterAuthority).min(1).max(MAX_AUTHORITIES),
    mode,
    match: match.optional(),
    policy: notYet,
  }),
  status: ignored,
})

/** Images by glob, less those of another. */
export const ownImages = z
  .array(strict({ glob: globText('repository'), exclude: z.array(globText('repository')).max(MAX_IMAGES).optional() }))
  .min(1)
  .max(MAX_IMAGES)

/** VerificationPolicy: a ClusterImagePolicy with more to say. */
export const verificationPolicy = strict({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: ownMetadata,
  spec: strict({
    images: ownImages,
    authorities: z.array(ownAuthority).min(1).max(MAX_AUTHORITIES).superRefine(uniqueNames),
    mode,
    require: requirement.optional(),
    platforms: choice('platforms', ['index', 'each']).optional(),
    match: unsupported('it chooses objects of Kubernetes; images are chosen by spec.images'),
    policy: notYet,
    config: notYet,
    base: notYet,
  }),
})

function uniqueNames(authorities: readonly { readonly name?: string | undefined }[], ctx: z.RefinementCtx): void {
  const names = authorities.map(({ name }, index) => name || `authority-${index}`)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) report(ctx, invalid(twice, 'two authorities of this name; checks are told apart by it'))
}
