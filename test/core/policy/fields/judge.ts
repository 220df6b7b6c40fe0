import { decide } from '../../../../lambda/core/decide.ts'
import {
  type Authenticated,
  demandId,
  type Evidence,
  type Says,
  type Signer,
  sourceId,
} from '../../../../lambda/core/evidence.ts'
import { sigstoreAuthorities } from '../../../../lambda/core/policy/authorities.ts'
import { CERTIFICATE_CLAIMS } from '../../../../lambda/core/policy/certificate-claims.ts'
import { formatProblem } from '../../../../lambda/core/policy/format-problem.ts'
import { loadPolicies } from '../../../../lambda/core/policy/load.ts'
import { policiesFor } from '../../../../lambda/core/policy/match.ts'
import type { PolicySet } from '../../../../lambda/core/policy/policy.ts'
import { base, chain, platform, REPLACED } from '../../bases/found.ts'
import { attestation, evidence, NOW, WORKFLOW } from '../../claims.ts'
import { digest } from '../../records.ts'
import { AUTHORITY } from '../certificates.ts'
import { PUBLIC_KEY } from '../documents.ts'
import { PREDICATES } from './predicates.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
/** The certificate that signs and that of its authority, and the name of the key that does. */
export const PATH = [4, 5].map((n) => ({ certificate: digest(n), key: digest(10 + n) }))
export const KEY_NAME = digest(6)
export const IMAGE = { host: 'ghcr.io', name: 'acme/app', digest: digest(1) }

const SIGNED_AT = '2026-11-20T00:00:00.000Z'
const SIGNER: Signer = {
  ...WORKFLOW,
  claims: Object.fromEntries(CERTIFICATE_CLAIMS.map((name) => [name, 'as asked'])),
  signedAt: SIGNED_AT,
}
const BESIDE = [
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'rules' }, data: { yes: 'true', no: 'false' } },
  { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key' }, stringData: { key: PUBLIC_KEY } },
  { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'ca' }, stringData: { key: AUTHORITY } },
  ...['chainguard', 'internal'].map((name) => ({
    apiVersion: 'assay.dev/v1alpha1',
    kind: 'BaseImage',
    metadata: { name },
    spec: { images: [{ glob: 'cgr.dev/**' }], authorities: [{ static: { action: 'pass' } }] },
  })),
]
/** It stands on a base that nobody could look into, and that was replaced. */
const STANDS_ON = { platforms: [platform([chain(3, [base(3, REPLACED)], { changes: {} })])] }
/** What lies under remote/, by its sha256. */
export const REMOTE: Readonly<Record<string, string>> = {
  b5bea41b6c623f7c09f1bf24dcae58ebab3c0cdd90ad966bc43a45b44867e12b: 'true',
  fcbcf165908dd18a9e49f7ff27810176db8e9f63b4352213741664245224f8aa: 'false',
}

/** The set of one document, with what it may refer to beside it, and `others` by their kinds. Throws where there is a mistake. */
export function setOfSpec(kind: string, spec: Json, others: Readonly<Record<string, Json>> = {}): PolicySet {
  const made = Object.entries({ ...others, [kind]: spec }).map(([kind, spec]) => {
    const apiVersion = kind === 'ClusterImagePolicy' ? 'policy.sigstore.dev/v1beta1' : 'assay.dev/v1alpha1'
    return { apiVersion, kind, metadata: { name: kind.toLowerCase() }, spec }
  })
  const documents = [...made, ...BESIDE]
  const text = documents.map((one) => JSON.stringify(one)).join('\n---\n')
  const readFile = (path: string) => REMOTE[path.replace('remote/', '')]
  const { set, problems } = loadPolicies([{ path: 'p.yaml', text }], { readFile, roots: { local: {} } })
  const errors = problems.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new Error(errors.map(formatProblem).join('\n'))
  return set
}

/** What an image comes to under a policy, where everything lies on it that another policy, `signedFor`, asks for. */
export function verdictOf(set: PolicySet, signedFor: PolicySet, index = false) {
  const claims = sigstoreAuthorities(signedFor.policies).flatMap(({ demand, source, attestations }) => {
    const signer: Signer = demand.signer.kind === 'key' ? { kind: 'key', key: KEY_NAME, signedAt: SIGNED_AT } : SIGNER
    const signature: Says = { kind: 'signature', annotations: { team: 'blue' }, names: ['ghcr.io/acme/another'] }
    const attested = [...attestations.map(({ predicateType }) => predicateType), 'https://openvex.dev/ns']
    const said = [signature, ...attested.map((type) => attestation(type, PREDICATES[type] ?? {}))]
    return said.map((says): Authenticated => {
      const content = { kind: 'bundle', bundle: {} } as const
      const claim = { carrier: 'c', source: sourceId(source), manifest: digest(2), layer: digest(3), content }
      return { claim, proofs: new Map([[demandId(demand), { ok: true, signer, says, path: PATH }]]) }
    })
  })
  const config = { platform: 'linux/amd64', json: { config: { User: 'app' } } }
  const all: Evidence = evidence({ image: IMAGE, config, ...(index && { children: [] }) })
  const { outcome, policies, checks } = decide(
    policiesFor(set, IMAGE),
    { evidence: all, claims, now: NOW, base: STANDS_ON },
    'h',
  )
  return { outcome, policies, checks }
}
