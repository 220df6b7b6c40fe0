import * as z from 'zod'
import { authorityName } from './authorities.ts'
import type { Requirement } from './policy.ts'
import { invalid, report } from './rules.ts'
import { clusterAuthority, ownAuthority } from './schema-authority.ts'
import { baseRule } from './schema-base-rule.ts'
import { clusterExpression, configRules, ownExpression } from './schema-expression.ts'
import { choice, globText, ownMetadata, requirement, strict, unsupported } from './schema-fields.ts'
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
    policy: clusterExpression.optional(),
  }),
  status: ignored,
})

/** Images by glob, less those of another. */
function imagesBy(place: 'captures' | 'repository') {
  const exclude = z.array(globText('repository')).max(MAX_IMAGES).optional()
  return z
    .array(strict({ glob: globText(place), exclude }))
    .min(1)
    .max(MAX_IMAGES)
}
export const ownImages = imagesBy('repository')

/** What our own kinds of policies ask of the images they cover: as a ClusterImagePolicy, with more to say. */
export const ownSpec = {
  images: imagesBy('captures'),
  authorities: z.array(ownAuthority).min(1).max(MAX_AUTHORITIES).superRefine(uniqueNames),
  mode,
  require: requirement.optional(),
  platforms: choice('platforms', ['index', 'each']).optional(),
  match: unsupported('it chooses objects of Kubernetes; images are chosen by spec.images'),
  policy: ownExpression.optional(),
  config: configRules.optional(),
}

/** VerificationPolicy: what is asked of images, and of the base that they stand on. */
export const verificationPolicy = strict({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: ownMetadata,
  spec: strict({ ...ownSpec, base: baseRule.optional() }).superRefine(enoughSigners),
})

const RESERVED = ['require', 'policy', 'config', 'platforms', 'manifest', 'base']

/** A key is one signer, and `static` none. */
export function enoughSigners({ require, authorities }: Asking, ctx: z.RefinementCtx): void {
  if (typeof require !== 'object' || typeof require.atLeast !== 'number') return
  if (authorities.some(({ keyless }) => keyless !== undefined)) return
  const keys = authorities.filter(({ key }) => key !== undefined).length
  if (require.atLeast <= keys) return
  report(
    ctx,
    invalid(require.atLeast, `its authorities come to ${keys} signers at most, so no image could be verified`),
    'require',
  )
}
type Asking = {
  readonly require?: Requirement | 'any' | undefined
  readonly authorities: readonly { readonly key?: unknown; readonly keyless?: unknown }[]
}

function uniqueNames(authorities: readonly { readonly name?: string | undefined }[], ctx: z.RefinementCtx): void {
  const names = authorities.map(({ name }, index) => authorityName(name, index))
  const taken = names.find((name) => RESERVED.includes(name))
  if (taken !== undefined)
    report(ctx, invalid(taken, `checks of the policy itself are called so (${RESERVED.join(', ')})`))
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) report(ctx, invalid(twice, 'two authorities of this name; checks are told apart by it'))
}
