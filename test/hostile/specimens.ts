import type { Descriptor } from '../../lambda/core/manifest.ts'
import type { Demand } from '../../lambda/core/policy/policy.ts'
import {
  BUNDLE,
  CONFIG,
  DSSE,
  describeBytes,
  EMPTY,
  listed,
  MANIFEST,
  manifestOf,
  referrerOf,
  SIMPLE_SIGNING,
} from '../formats/layouts.ts'
import {
  type BundleJson,
  CERTIFICATE,
  DIGEST,
  IMAGE,
  keyDemand,
  legacyLayer,
  SIGN_V1,
  type Signed,
  type SignOptions,
  SLSA,
  signEnvelope,
  signMessage,
  simpleSigning,
  statement,
  V01,
} from '../trust/bundles.ts'
import { ecKeys, NOW, type Pki } from '../trust/pki.ts'
import type { Specimen } from './mutant.ts'

export const STAMPED = new Date(NOW.getTime() + 60_000)
const V02 = 'application/vnd.dev.sigstore.bundle+json;version=0.2'
const TIMES = [NOW.toISOString(), STAMPED.toISOString()]
const ANNOTATED = statement(SIGN_V1, DIGEST, { team: 'blue' })
const STAMP_ONLY: Demand = { ...CERTIFICATE, log: 0, timestamp: 1 }
const LOGGED_KEY = { log: 1 }

/** Good evidence of every version, content, kind of signer and kind of log entry. */
export function specimensOf(pki: Pki): Specimen[] {
  const sealed = (name: string, signed: Signed, demand: Demand, change = same): Specimen => ({
    name,
    input: { carrier: 'bundle', bytes: Buffer.from(JSON.stringify(change(signed.bundle))) },
    demand,
    times: TIMES,
  })
  const keyed = (name: string, payload: object, options: SignOptions, more: Partial<Demand> = {}): Specimen => {
    const keys = ecKeys()
    return sealed(name, signEnvelope(pki, payload, { ...options, by: 'key', keys }), keyDemand(keys.publicKey, more))
  }
  const legacy = (name: string, signed: Signed, demand: Demand, bytes?: Uint8Array): Specimen => {
    const { layer, content } = legacyLayer(signed, bytes)
    return { name, input: { carrier: 'legacy', layer, bytes: Buffer.from(content) }, demand, times: TIMES }
  }
  const legacyKeys = ecKeys()
  // So that no proof is that of the first and only entry
  for (const log of ['dsse/0.0.1', 'dsse/0.0.1', 'dsse/0.0.2', 'dsse/0.0.2'] as const)
    signEnvelope(pki, statement(), { log })
  return [
    sealed('v0.3 provenance, dsse 0.0.1', signEnvelope(pki, statement(SLSA)), CERTIFICATE),
    sealed('v0.3 provenance, dsse 0.0.1, stamped', signEnvelope(pki, statement(SLSA), { stamp: STAMPED }), CERTIFICATE),
    sealed(
      'v0.3 signature, Rekor v2',
      signEnvelope(pki, ANNOTATED, { log: 'hashedrekord/0.0.2', stamp: STAMPED }),
      CERTIFICATE,
    ),
    sealed(
      'v0.3 signature, dsse 0.0.2',
      signEnvelope(pki, ANNOTATED, { log: 'dsse/0.0.2', stamp: STAMPED }),
      CERTIFICATE,
    ),
    sealed('v0.3 signature, intoto 0.0.1', signEnvelope(pki, ANNOTATED, { log: 'intoto/0.0.1' }), CERTIFICATE),
    sealed('v0.3 signature, intoto 0.0.2', signEnvelope(pki, ANNOTATED, { log: 'intoto/0.0.2' }), CERTIFICATE),
    sealed('v0.3 message, hashedrekord', signMessage(pki), CERTIFICATE),
    sealed('v0.3 signature, stamped only', signEnvelope(pki, ANNOTATED, { log: 'none', stamp: STAMPED }), STAMP_ONLY),
    sealed('v0.2 signature', signEnvelope(pki, ANNOTATED), CERTIFICATE, (bundle) =>
      chained({ ...bundle, mediaType: V02 }),
    ),
    sealed('v0.1 signature', signEnvelope(pki, ANNOTATED, { inclusion: { proof: false } }), CERTIFICATE, (bundle) =>
      chained({ ...bundle, mediaType: V01 }),
    ),
    keyed('key, no log asked', ANNOTATED, { log: 'none' }),
    keyed('key, logged', statement(SLSA), { log: 'dsse/0.0.1' }, LOGGED_KEY),
    legacy(
      'legacy signature, certificate',
      signMessage(pki, simpleSigning(), { inclusion: { proof: false } }),
      CERTIFICATE,
      simpleSigning(),
    ),
    legacy(
      'legacy signature, stamped',
      signMessage(pki, simpleSigning(), { log: 'none', stamp: STAMPED }),
      STAMP_ONLY,
      simpleSigning(),
    ),
    legacy(
      'legacy signature, key',
      signMessage(pki, simpleSigning(), { by: 'key', keys: legacyKeys, log: 'none' }),
      keyDemand(legacyKeys.publicKey),
      simpleSigning(),
    ),
    legacy(
      'legacy attestation, certificate',
      signEnvelope(pki, statement(SLSA), { inclusion: { proof: false } }),
      CERTIFICATE,
    ),
  ]
}

function same(bundle: BundleJson): BundleJson {
  return bundle
}

/** The certificate as versions before 0.3 hold it. */
function chained(bundle: BundleJson): BundleJson {
  const { certificate, ...material } = bundle.verificationMaterial
  return {
    ...bundle,
    verificationMaterial: {
      ...material,
      ...(certificate && { x509CertificateChain: { certificates: [certificate] } }),
    },
  }
}

/** Manifests that lead to claims, and images and indexes that do not. */
export function manifestSpecimens(): Specimen[] {
  const image = { digest: DIGEST, mediaType: MANIFEST, bytes: IMAGE }
  const legacyAnnotations = { 'dev.cosignproject.cosign/signature': 'c2ln', predicateType: SLSA }
  const layer = describeBytes('application/vnd.oci.image.layer.v1.tar+gzip', 'files')
  const child = (os: string, more: Partial<Descriptor> = {}) => ({
    ...describeBytes(MANIFEST, os),
    platform: { os, architecture: os === 'unknown' ? os : 'amd64', variant: 'v8' },
    ...more,
  })
  const all = {
    'referrer with a bundle': referrerOf(image, [describeBytes(BUNDLE, '{}')]),
    'legacy manifest': manifestOf({
      config: describeBytes(CONFIG, '{}'),
      layers: [SIMPLE_SIGNING, DSSE].map((type) => describeBytes(type, type, { annotations: legacyAnnotations })),
    }),
    'referrer of cosign 2': manifestOf({
      config: describeBytes('application/vnd.dev.cosign.artifact.sig.v1+json', '{}'),
      layers: [describeBytes(SIMPLE_SIGNING, 'x', { annotations: legacyAnnotations })],
      subject: listed(image),
    }),
    image: manifestOf({ config: describeBytes(CONFIG, '{}'), layers: [layer], annotations: { a: 'b' } }),
    index: manifestOf({ manifests: [child('linux'), child('windows'), child('unknown')], annotations: { a: 'b' } }),
    'fallback index': manifestOf({
      manifests: [child('linux', { artifactType: EMPTY, annotations: { 'in-toto.io/predicate-type': SLSA } })],
    }),
  }
  return Object.entries(all).map(([name, fetched]) => ({
    name,
    input: { carrier: 'manifest', fetched },
    demand: CERTIFICATE,
    times: [],
  }))
}
