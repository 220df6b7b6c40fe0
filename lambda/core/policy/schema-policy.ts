import * as z from 'zod'
import { invalid, report } from './rules.ts'
import { clusterAuthority, ownAuthority } from './schema-authority.ts'
import { choice, globText, notYet, objectName, ownMetadata, requirement, strict } from './schema-fields.ts'

const MAX_IMAGES = 500
const MAX_AUTHORITIES = 50

const ignored = z.unknown().optional()

/** Kubernetes writes these into the metadata of every object it holds; none bears on an image. */
export const clusterMetadata = strict({
  name: objectName,
  labels: ignored,
  annotations: ignored,
  namespace: ignored,
  generateName: ignored,
  creationTimestamp: ignored,
  deletionTimestamp: ignored,
  deletionGracePeriodSeconds: ignored,
  finalizers: ignored,
  generation: ignored,
  managedFields: ignored,
  ownerReferences: ignored,
  resourceVersion: ignored,
  selfLink: ignored,
  uid: ignored,
})

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
    match: notYet,
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
    match: notYet,
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
