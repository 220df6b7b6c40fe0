import { describe, expect, it } from 'vitest'
import { type BundleJson, prove, signEnvelope, signMessage, statement, V01, withChain } from './bundles.ts'
import { NOW, newPki } from './pki.ts'

const pki = newPki()
const { bundle: good } = signEnvelope(pki, statement(), { stamp: NOW })
const [entry] = good.verificationMaterial.tlogEntries
const [stamp] = good.verificationMaterial.timestampVerificationData.rfc3161Timestamps
const proof = entry!.inclusionProof!

const copies = <T>(one: T | undefined, count: number): T[] => Array.from({ length: count }, () => structuredClone(one!))
const withMaterial = (more: object) => ({ ...good, verificationMaterial: { ...good.verificationMaterial, ...more } })
const withEntries = (tlogEntries: readonly object[]) => withMaterial({ tlogEntries })
const withProof = (more: object) => withEntries([{ ...entry, inclusionProof: { ...proof, ...more } }])
const withEnvelope = (envelope: string) => withProof({ checkpoint: { envelope } })
const withStamps = (signed: readonly object[]) =>
  withMaterial({ timestampVerificationData: { rfc3161Timestamps: signed } })
const nested = (levels: number): unknown => (levels === 0 ? {} : [nested(levels - 1)])
const bytes = (length: number) => Buffer.alloc(length, 0x30).toString('base64')

it('the bundle that these tests spoil is good', () => {
  expect(prove(pki, good)).toMatchObject({ ok: true })
})

describe('turned away before anything is verified', () => {
  it.each<[string, unknown, string]>([
    ['tlog-16000: 16,000 log entries', withEntries(copies(entry, 16_000)), '16000 log entries; at most 32 are read'],
    ['33 log entries', withEntries(copies(entry, 33)), '33 log entries; at most 32 are read'],
    ['33 timestamps', withStamps(copies(stamp, 33)), '33 timestamps; at most 32 are read'],
    [
      'a long timestamp',
      withStamps([{ signedTimestamp: bytes(32_769) }]),
      '32769 bytes in a timestamp; at most 32768 are read',
    ],
    [
      'a long certificate',
      withMaterial({ certificate: { rawBytes: bytes(32_769) } }),
      '32769 bytes in a certificate; at most 32768 are read',
    ],
    [
      'a long certificate beside the signing one',
      withChain(good, Buffer.alloc(32_769, 0x30)),
      '32769 bytes in a certificate; at most 32768 are read',
    ],
    ['a long chain', withChain(good, ...copies(Buffer.of(0x30), 8)), '9 certificates in a chain; at most 8 are read'],
    [
      'a long log entry',
      withEntries([{ ...entry, canonicalizedBody: bytes(131_073) }]),
      '131073 bytes in a log entry; at most 131072 are read',
    ],
    [
      'a long proof',
      withProof({ hashes: copies(bytes(32), 65) }),
      '65 hashes in an inclusion proof; at most 64 are read',
    ],
    ['a long checkpoint', withEnvelope('x'.repeat(16_385)), '16385 characters in a checkpoint; at most 16384 are read'],
    [
      'a checkpoint with 33 signatures',
      withEnvelope('— a b\n'.repeat(33)),
      '33 signatures on a checkpoint; at most 32 are read',
    ],
    ['deep nesting', { ...good, extra: nested(100) }, 'the bundle nests deeper than 64 levels'],
    [
      'very deep nesting',
      { ...good, extra: JSON.parse('['.repeat(200_000) + ']'.repeat(200_000)) },
      'the bundle nests deeper than 64 levels',
    ],
    ['no object', [good], 'the bundle is not a JSON object'],
    ['null', null, 'the bundle is not a JSON object'],
    [
      'two contents',
      { ...good, messageSignature: signMessage(pki).bundle.messageSignature },
      'the bundle holds two contents or two signing keys',
    ],
    [
      'two signing keys',
      withMaterial({ publicKey: { hint: '' } }),
      'the bundle holds two contents or two signing keys',
    ],
    ['no signing key', withMaterial({ certificate: undefined }), 'invalid bundle'],
    ['no material', { ...good, verificationMaterial: undefined }, 'invalid bundle'],
    ['no content', { ...good, dsseEnvelope: undefined }, 'invalid bundle'],
    [
      'an empty chain',
      { ...withMaterial({ certificate: undefined, x509CertificateChain: { certificates: [] } }), mediaType: V01 },
      'invalid v0.1 bundle',
    ],
    [
      'a chain in version 0.3',
      withMaterial({
        certificate: undefined,
        x509CertificateChain: { certificates: [good.verificationMaterial.certificate] },
      }),
      'invalid bundle',
    ],
    ['an entry without proof in version 0.3', withEntries([{ ...entry, inclusionProof: undefined }]), 'invalid bundle'],
  ])('%s', (_, spoiled, detail) => {
    const fault = /at most|nests deeper/.test(detail) ? 'over-limit' : 'malformed'
    expect(prove(pki, { kind: 'bundle', bundle: spoiled })).toEqual({ ok: false, fault, detail })
  })

  it.each([
    'application/vnd.dev.sigstore.bundle.v0.4+json',
    'application/vnd.dev.sigstore.bundle.v0.3+json;x',
    'application/vnd.dev.sigstore.bundle+json;version=0.9',
    'application/vnd.dev.sigstore.bundle+json;version=0.1.1',
    '',
    undefined,
    ['application/vnd.dev.sigstore.bundle.v0.3+json'],
  ])('a bundle of media type %j', (mediaType) => {
    const proof = prove(pki, { kind: 'bundle', bundle: { ...good, mediaType } })
    expect(proof).toMatchObject({ ok: false, fault: 'unsupported' })
  })
})

it('null is nothing, beside what is there', () => {
  const { publicKey: _, ...material } = good.verificationMaterial
  const bundle = { ...good, messageSignature: null, verificationMaterial: { ...material, publicKey: null } }
  expect(prove(pki, { kind: 'bundle', bundle })).toMatchObject({ ok: true })
})

it('a message without a digest needs the bytes that it signs', () => {
  const { bundle } = signMessage(pki)
  const messageSignature = { signature: bundle.messageSignature!.signature }
  expect(prove(pki, { kind: 'bundle', bundle: { ...bundle, messageSignature } })).toMatchObject({
    ok: false,
    fault: 'malformed',
  })
})

it('a proof without a checkpoint is none', () => {
  const { checkpoint: _, ...bare } = proof
  const bundle = { ...withEntries([{ ...entry, inclusionProof: bare }]), mediaType: V01 }
  expect(prove(pki, { kind: 'bundle', bundle })).toMatchObject({ ok: false })
})

describe('at the limit', () => {
  it('32 timestamps are read, and found to be one', () => {
    const spoiled = withStamps(copies(stamp, 32))
    expect(prove(pki, { kind: 'bundle', bundle: spoiled })).toMatchObject({ fault: 'timestamp-invalid' })
  })

  it.each([
    [63, true],
    [64, false],
  ])('%d levels below the bundle: %s', (levels, ok) => {
    expect(prove(pki, { kind: 'bundle', bundle: { ...good, extra: nested(levels) } }).ok).toBe(ok)
  })
})

describe('every version that tools write is read', () => {
  const chain = {
    certificate: undefined,
    x509CertificateChain: { certificates: [good.verificationMaterial.certificate] },
  }
  it.each([
    ['0.1', { ...withMaterial(chain), mediaType: V01 }],
    ['0.1, promise only', { ...withEntries([{ ...entry, inclusionProof: undefined }]), mediaType: V01 }],
    ['0.2', { ...withMaterial(chain), mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.2' }],
    ['0.3, old name', { ...good, mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.3' }],
    ['0.3', good],
  ])('%s', (_, bundle) => {
    expect(prove(pki, bundle as BundleJson)).toMatchObject({ ok: true })
  })

  it('a root certificate that a chain brings along is not trusted', () => {
    const stranger = newPki()
    const { bundle } = signEnvelope(stranger)
    const certificates = [
      bundle.verificationMaterial.certificate!,
      ...[stranger.authority.fulcio, stranger.authority.root].map(({ certificate }) => ({
        rawBytes: certificate.toString('base64'),
      })),
    ]
    const verificationMaterial = {
      ...bundle.verificationMaterial,
      certificate: undefined,
      x509CertificateChain: { certificates },
    }
    const proof = prove(pki, { ...bundle, mediaType: V01, verificationMaterial })
    expect(proof).toMatchObject({ ok: false, fault: 'certificate-untrusted' })
  })
})
