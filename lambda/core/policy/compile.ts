import type * as z from 'zod'
import { USUALLY_EXPECTED } from '../bases/expected.ts'
import { authorityName } from './authorities.ts'
import { beyondAt, type Resources } from './beyond.ts'
import { expressionOf } from './expressions.ts'
import { compileGlob } from './glob.ts'
import type { Fault } from './issues.ts'
import type { Parsed, ParsedPolicy } from './kinds.ts'
import {
  type Authority,
  type BaseImage,
  DEFAULT_ROOT,
  type Demand,
  type DenyList,
  type Enforcement,
  type ImageGlob,
  OWN_SOURCE,
  type Policy,
  type WantedAttestation,
} from './policy.ts'
import { type ownAuthority, predicateUri } from './schema-authority.ts'
import { keySource } from './schema-key.ts'
import type { SecretKeys } from './secrets.ts'
import { TYPED_PREDICATES } from './typed-predicates.ts'

type AuthorityDocument = z.output<typeof ownAuthority>

/** A policy document with its defaults applied. `missing`: what of that which it refers to is not at hand. */
export function compilePolicy(parsed: ParsedPolicy, resources: Resources, missing: readonly Fault[]): Policy {
  const { metadata, spec } = parsed.document
  const { policy } = spec
  const beyond = beyondAt(missing, 'policy')
  return {
    kind: parsed.kind,
    name: metadata.name,
    images: imagesOf(parsed),
    mode: spec.mode ?? 'enforce',
    platforms: (isOwn(parsed) && parsed.document.spec.platforms) || 'index',
    authorities: spec.authorities.map((authority, index) =>
      compileAuthority(parsed.kind, authority, index, resources, beyondAt(missing, index)),
    ),
    ...requirementOf(parsed),
    ...(policy && {
      policy: {
        ...expressionOf(policy, resources.texts),
        withConfig: asksConfig(parsed),
        ...(beyond !== undefined && { beyond }),
      },
    }),
    ...configOf(parsed),
    ...baseOf(parsed),
  }
}

/** Of our own kinds, which say more than upstream's. */
function isOwn(parsed: ParsedPolicy): parsed is Extract<ParsedPolicy, { kind: 'VerificationPolicy' | 'BaseImage' }> {
  return parsed.kind !== 'ClusterImagePolicy'
}

function imagesOf(parsed: ParsedPolicy): readonly ImageGlob[] {
  if (isOwn(parsed)) {
    return parsed.document.spec.images.map(({ glob, exclude }) => compileGlob(glob, 'repository', exclude))
  }
  const { images, match = [] } = parsed.document.spec
  // For some objects of Kubernetes only, and an image alone is none: to policy-tester too it then covers nothing
  return match.length > 0 ? [] : images.map(({ glob }) => compileGlob(glob, 'reference'))
}

/** Upstream reads the image config where it is told to; in CEL it is enough to name it. */
function asksConfig({ kind, document: { spec } }: ParsedPolicy): boolean {
  const { policy } = spec
  if (policy?.fetchConfigFile !== undefined) return policy.fetchConfigFile
  return kind !== 'ClusterImagePolicy' && policy?.type === 'cel' && /\bconfig\b/.test(policy.data ?? '')
}

function configOf(parsed: ParsedPolicy): Pick<Policy, 'config'> {
  const rules = isOwn(parsed) ? (parsed.document.spec.config ?? []) : []
  if (rules.length === 0) return {}
  return { config: rules.map(({ cel, message }) => ({ cel: { language: 'cel', text: cel }, message })) }
}

function baseOf(parsed: ParsedPolicy): Pick<Policy, 'base'> {
  const rule = parsed.kind === 'VerificationPolicy' ? parsed.document.spec.base : undefined
  if (rule === undefined) return {}
  const { from = [], required = true, intact = false, current = false, maxAge } = rule
  return { base: { from, required, intact, current, ...(maxAge !== undefined && { maxAge }) } }
}

function requirementOf(parsed: ParsedPolicy): Pick<Policy, 'require'> {
  const rule = isOwn(parsed) ? parsed.document.spec.require : undefined
  return rule === undefined || rule === 'any' ? {} : { require: rule }
}

/** What a BaseImage document says beside who must have signed. */
export function compileBaseImage({
  metadata,
  spec: { images, watch = [], tags = [], expected = [...USUALLY_EXPECTED] },
}: Extract<Parsed, { readonly kind: 'BaseImage' }>['document']): Omit<BaseImage, 'rules'> {
  return {
    name: metadata.name,
    images: images.map(({ glob, exclude }) => compileGlob(glob, 'repository', exclude)),
    watch,
    expected,
    tags: tags.map((glob) => ({ pattern: compileGlob(glob, 'repository').pattern, full: true })),
  }
}

/** What an Enforcement document asks for, with its defaults applied. */
export function compileEnforcement({
  metadata,
  spec,
}: Extract<Parsed, { readonly kind: 'Enforcement' }>['document']): Enforcement {
  return {
    ...DEFAULT_ENFORCEMENT,
    name: metadata.name,
    images: spec.images.map(({ glob, exclude }) => compileGlob(glob, 'repository', exclude)),
    ...(spec.environment !== undefined && { environment: spec.environment }),
    onFailure: spec.onFailure ?? DEFAULT_ENFORCEMENT.onFailure,
    onDegraded: spec.onDegraded ?? DEFAULT_ENFORCEMENT.onDegraded,
    gracePeriod: spec.gracePeriod ?? DEFAULT_ENFORCEMENT.gracePeriod,
    failFast: spec.failFast ?? DEFAULT_ENFORCEMENT.failFast,
    protect: (spec.protect ?? []).map((glob) => compileGlob(glob, 'tag')),
    tombstone: spec.tombstone ?? DEFAULT_ENFORCEMENT.tombstone,
    breaker: {
      images: spec.breaker?.images ?? DEFAULT_ENFORCEMENT.breaker.images,
      percent: spec.breaker?.percent ?? DEFAULT_ENFORCEMENT.breaker.percent,
    },
  }
}

/** What a DenyList document denies. */
export function compileDenyList({
  metadata,
  spec: { message, identities = [], certificates = [], keys = [] },
}: Extract<Parsed, { readonly kind: 'DenyList' }>['document']): DenyList {
  return { name: metadata.name, ...(message !== undefined && { message }), identities, certificates, keys }
}

/** What holds for images that no Enforcement covers: look, tell, take nothing. */
export const DEFAULT_ENFORCEMENT: Enforcement = {
  name: 'default',
  images: [],
  onFailure: 'observe',
  onDegraded: 'alert',
  gracePeriod: 600,
  failFast: false,
  protect: [],
  tombstone: false,
  breaker: { images: 20, percent: 50 },
}

function compileAuthority(
  kind: Policy['kind'],
  authority: AuthorityDocument,
  index: number,
  { secrets, texts }: Resources,
  beyond: string | undefined,
): Authority {
  const name = authorityName(authority.name, index)
  if (beyond !== undefined) return { kind: 'beyond', name, why: beyond }
  if (authority.static !== undefined) {
    return { kind: 'static', name, action: authority.static.action, message: authority.static.message ?? '' }
  }
  return {
    kind: 'sigstore',
    name,
    demand: demandOf(authority, secrets),
    identities: authority.keyless?.identities ?? [],
    annotations: authority.annotations ?? {},
    attestations: (authority.attestations ?? []).map((wanted) => ({
      name: wanted.name,
      predicateType: predicateUri(wanted.predicateType),
      ...(kind === 'ClusterImagePolicy' &&
        TYPED_PREDICATES.includes(wanted.predicateType) && { typed: wanted.predicateType }),
      ...(wanted.maxAge !== undefined && { maxAge: wanted.maxAge }),
      ...(wanted.policy && { policy: expressionOf(wanted.policy, texts) }),
      ...rulesOf(wanted),
    })),
    source: authority.source?.[0] ?? OWN_SOURCE,
    reference: authority.reference ?? 'any',
  }
}

type Rules = Pick<WantedAttestation, 'provenance' | 'sbom' | 'vulnerabilities'>

function rulesOf(wanted: object): Rules {
  const { provenance, sbom, vulnerabilities }: Rules = wanted
  return { ...(provenance && { provenance }), ...(sbom && { sbom }), ...(vulnerabilities && { vulnerabilities }) }
}

function demandOf({ key, keyless, ctlog, rfc3161timestamp }: AuthorityDocument, secrets: SecretKeys): Demand {
  const timestamp = rfc3161timestamp === undefined ? 0 : (rfc3161timestamp.threshold ?? 1)
  // A short-lived certificate proves nothing without a trusted time: from a log, or from a timestamp in its place.
  const log = ctlog !== undefined || (keyless !== undefined && timestamp === 0) ? (ctlog?.threshold ?? 1) : 0
  return {
    signer: key === undefined ? certificateSigner(keyless) : keySigner(key, secrets),
    root: keyless?.trustRootRef ?? ctlog?.trustRootRef ?? rfc3161timestamp?.trustRootRef ?? DEFAULT_ROOT,
    log,
    timestamp,
  }
}

function keySigner(key: NonNullable<AuthorityDocument['key']>, secrets: SecretKeys): Demand['signer'] {
  const { hashAlgorithm = 'sha256', validFor } = key
  return { kind: 'key', key: keySource(key, secrets), hash: hashAlgorithm, ...(validFor && { validity: validFor }) }
}

function certificateSigner(keyless: AuthorityDocument['keyless']): Demand['signer'] {
  const ca = keyless?.['ca-cert']?.data
  // A private authority logs its certificates nowhere, so they carry no SCT that could be asked for.
  if (ca !== undefined) return { kind: 'certificate', sct: false, ca }
  return { kind: 'certificate', sct: keyless?.insecureIgnoreSCT !== true }
}
