import type * as z from 'zod'
import { type Fault, faultsOf } from './issues.ts'
import type { Policy } from './policy.ts'
import { show } from './rules.ts'
import { baseImage } from './schema-base-image.ts'
import { configMap } from './schema-config-map.ts'
import { denyList } from './schema-deny-list.ts'
import { enforcement } from './schema-enforcement.ts'
import { clusterImagePolicy, verificationPolicy } from './schema-policy.ts'
import { secret } from './schema-secret.ts'
import { trustRoot } from './schema-trust-root.ts'
import { trustedRoot } from './schema-trusted-root.ts'

/** A document that keeps every rule of its kind. */
export type Parsed =
  | { readonly kind: 'ClusterImagePolicy'; readonly document: z.output<typeof clusterImagePolicy> }
  | { readonly kind: 'VerificationPolicy'; readonly document: z.output<typeof verificationPolicy> }
  | { readonly kind: 'BaseImage'; readonly document: z.output<typeof baseImage> }
  | { readonly kind: 'TrustedRoot'; readonly document: z.output<typeof trustedRoot> }
  | { readonly kind: 'TrustRoot'; readonly document: z.output<typeof trustRoot> }
  | { readonly kind: 'Enforcement'; readonly document: z.output<typeof enforcement> }
  | { readonly kind: 'DenyList'; readonly document: z.output<typeof denyList> }
  | { readonly kind: 'Secret'; readonly document: z.output<typeof secret> }
  | { readonly kind: 'ConfigMap'; readonly document: z.output<typeof configMap> }

/** A policy of any kind. */
export type ParsedPolicy = Extract<Parsed, { readonly kind: Policy['kind'] }>

export function isPolicy(parsed: Parsed): parsed is ParsedPolicy {
  return ['ClusterImagePolicy', 'VerificationPolicy', 'BaseImage'].includes(parsed.kind)
}

type Faulty = { readonly faults: readonly Fault[] }

/** Reads one document by its apiVersion and kind. */
export function parseDocument(value: unknown): Parsed | Faulty {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return faulty([], `expected a document with apiVersion and kind, got ${show(value)}`)
  }
  const apiVersion = 'apiVersion' in value ? value.apiVersion : undefined
  const kind = 'kind' in value ? value.kind : undefined
  if (typeof apiVersion !== 'string') return faulty(['apiVersion'], 'missing field(s): apiVersion')
  if (typeof kind !== 'string') return faulty(['kind'], `missing field(s): kind (Object 'Kind' is missing)`)
  switch (`${apiVersion} ${kind}`) {
    case 'policy.sigstore.dev/v1alpha1 ClusterImagePolicy':
    case 'policy.sigstore.dev/v1beta1 ClusterImagePolicy':
      return check('ClusterImagePolicy', clusterImagePolicy, withoutEmpty(value))
    case 'assay.dev/v1alpha1 VerificationPolicy':
      return check('VerificationPolicy', verificationPolicy, value)
    case 'assay.dev/v1alpha1 BaseImage':
      return check('BaseImage', baseImage, value)
    case 'assay.dev/v1alpha1 TrustedRoot':
      return check('TrustedRoot', trustedRoot, value)
    case 'assay.dev/v1alpha1 Enforcement':
      return check('Enforcement', enforcement, value)
    case 'assay.dev/v1alpha1 DenyList':
      return check('DenyList', denyList, value)
    case 'policy.sigstore.dev/v1alpha1 TrustRoot':
      return check('TrustRoot', trustRoot, withoutEmpty(value))
    case 'v1 Secret':
      return check('Secret', secret, withoutEmpty(value))
    case 'v1 ConfigMap':
      return check('ConfigMap', configMap, withoutEmpty(value))
    default:
      return faulty(['kind'], `unknown type: ${show(apiVersion)}, Kind=${show(kind)}; ${hint(apiVersion)}`)
  }
}

function check<Kind extends string, Schema extends z.ZodType>(
  kind: Kind,
  schema: Schema,
  value: unknown,
): { readonly kind: Kind; readonly document: z.output<Schema> } | Faulty {
  const result = schema.safeParse(value)
  if (result.success) return { kind, document: result.data }
  const faults = faultsOf(result.error, value)
  if (kind !== 'ClusterImagePolicy' && kind !== 'TrustRoot') return { faults }
  // Upstream's admission begins its refusals so, and people search for the text they know.
  return { faults: faults.map((fault) => ({ ...fault, message: `validation failed: ${fault.message}` })) }
}

function faulty(path: readonly string[], message: string): Faulty {
  return { faults: [{ path, of: 'value', message }] }
}

function hint(apiVersion: string): string {
  if (apiVersion.startsWith('config.openshift.io/')) {
    return "this one is OpenShift's; Sigstore's of the same name has apiVersion policy.sigstore.dev/v1beta1"
  }
  if (apiVersion.startsWith('image.toolkit.fluxcd.io/')) {
    return "this one is Flux's and chooses tags; who must sign is said by an assay.dev/v1alpha1 VerificationPolicy"
  }
  return (
    'allowed: ClusterImagePolicy of policy.sigstore.dev/v1alpha1 or v1beta1, TrustRoot of policy.sigstore.dev/v1alpha1, ' +
    'Secret and ConfigMap of v1, and VerificationPolicy, BaseImage, TrustedRoot, Enforcement and DenyList of assay.dev/v1alpha1'
  )
}

/** Upstream reads these files through Go's JSON decoder, to which null and "" mean that the field is absent. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== null && field !== '')
      .map(([name, field]) => [name, withoutEmpty(field)]),
  )
}
