import { describe, expect, it } from 'vitest'
import type { ImageManifest } from '../../lambda/core/manifest.ts'
import { parseManifest } from '../../lambda/core/manifest.ts'
import { cosignLegacy } from '../../lambda/formats/cosign-legacy.ts'
import { cosignOci11 } from '../../lambda/formats/cosign-oci11.ts'
import { legacyBundle } from '../../lambda/formats/legacy-bundle.ts'
import { bytesOf, CONFIG, DSSE, describeBytes, manifestOf, SIMPLE_SIGNING } from './layouts.ts'

const PAYLOAD = bytesOf('payload')
const SIGNATURE = { 'dev.cosignproject.cosign/signature': 'c2ln' }
const body = (json: unknown) => Buffer.from(JSON.stringify(json)).toString('base64')
const REKOR = {
  SignedEntryTimestamp: 'c2V0',
  Payload: {
    body: body({ kind: 'hashedrekord', apiVersion: '0.0.1' }),
    integratedTime: 1700000000,
    logIndex: 7,
    logID: 'c0ffee',
  },
}
const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nQUJD\nREVG\n-----END CERTIFICATE-----\n'

const signature = (annotations: Record<string, string>) =>
  legacyBundle(describeBytes(SIMPLE_SIGNING, PAYLOAD, { annotations }), PAYLOAD)
const rekor = (json: unknown) => ({
  'dev.sigstore.cosign/bundle': typeof json === 'string' ? json : JSON.stringify(json),
})

describe('a legacy signature becomes a bundle', () => {
  it('by key: the signature, and the hash of the payload that it signs', () => {
    expect(signature({ ...SIGNATURE, 'dev.sigstore.cosign/certificate': '', 'dev.sigstore.cosign/chain': '' })).toEqual(
      {
        kind: 'bundle',
        artifact: PAYLOAD,
        bundle: {
          mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1',
          verificationMaterial: { publicKey: { hint: '' }, tlogEntries: [], timestampVerificationData: undefined },
          messageSignature: {
            messageDigest: {
              algorithm: 'SHA2_256',
              digest: Buffer.from(describeBytes('', PAYLOAD).digest.slice(7), 'hex').toString('base64'),
            },
            signature: 'c2ln',
          },
        },
      },
    )
  })

  it('by certificate, with log entry and timestamp', () => {
    const annotations = {
      ...SIGNATURE,
      ...rekor(REKOR),
      'dev.sigstore.cosign/certificate': CERTIFICATE,
      'dev.sigstore.cosign/rfc3161timestamp': JSON.stringify({ SignedRFC3161Timestamp: 'dHM=' }),
    }
    expect(signature(annotations)).toMatchObject({
      bundle: {
        verificationMaterial: {
          x509CertificateChain: { certificates: [{ rawBytes: 'QUJDREVG' }] },
          tlogEntries: [
            {
              logIndex: '7',
              logId: { keyId: Buffer.from('c0ffee', 'hex').toString('base64') },
              kindVersion: { kind: 'hashedrekord', version: '0.0.1' },
              integratedTime: '1700000000',
              inclusionPromise: { signedEntryTimestamp: 'c2V0' },
              canonicalizedBody: REKOR.Payload.body,
            },
          ],
          timestampVerificationData: { rfc3161Timestamps: [{ signedTimestamp: 'dHM=' }] },
        },
      },
    })
  })
})

describe('the chain that a legacy signature brings along', () => {
  const certificates = (annotations: Record<string, string>) => {
    const claim = signature({ ...SIGNATURE, ...annotations })
    const { bundle } = claim as unknown as { bundle: { verificationMaterial: Record<string, unknown> } }
    return bundle.verificationMaterial
  }
  const other = CERTIFICATE.replace('QUJD', 'REVG')

  it.each([
    ['follows the signing certificate, in its order', `${other}\n${CERTIFICATE}`, ['QUJDREVG', 'REVGREVG', 'QUJDREVG']],
    ['may be empty', '', ['QUJDREVG']],
    ['may be nonsense', 'nonsense', ['QUJDREVG']],
    ['may be nonsense in part', `x${other}x-----BEGIN CERTIFICATE-----`, ['QUJDREVG', 'REVGREVG']],
  ])('%s', (_, chain, expected) => {
    const annotations = { 'dev.sigstore.cosign/certificate': CERTIFICATE, 'dev.sigstore.cosign/chain': chain }
    const { x509CertificateChain } = certificates(annotations)
    expect(x509CertificateChain).toEqual({ certificates: expected.map((rawBytes) => ({ rawBytes })) })
  })

  it('makes no certificate of a signature by key', () => {
    const material = certificates({ 'dev.sigstore.cosign/chain': CERTIFICATE })
    expect(material).toMatchObject({ publicKey: { hint: '' } })
    expect(material).not.toHaveProperty('x509CertificateChain')
  })
})

it('a legacy attestation becomes a bundle around its envelope', () => {
  const envelope = { payloadType: 'application/vnd.in-toto+json', payload: 'e30=', signatures: [{ sig: 'c2ln' }] }
  const annotations = { 'dev.cosignproject.cosign/signature': '', predicateType: 'anything' }
  const claim = legacyBundle(describeBytes(DSSE, envelope, { annotations }), bytesOf(envelope))
  expect(claim).toMatchObject({ kind: 'bundle', bundle: { dsseEnvelope: envelope }, envelope: bytesOf(envelope) })
  expect(claim).not.toHaveProperty('artifact')
})

describe('unreadable, and never an exception', () => {
  it.each<[string, Record<string, string>]>([
    ['no signature', {}],
    ['an empty signature', { 'dev.cosignproject.cosign/signature': '' }],
    ['a certificate that is no PEM', { ...SIGNATURE, 'dev.sigstore.cosign/certificate': 'MII' }],
    [
      'a PEM of another kind',
      { ...SIGNATURE, 'dev.sigstore.cosign/certificate': CERTIFICATE.replaceAll('CERTIFICATE', 'PUBLIC KEY') },
    ],
    ['a log entry that is not JSON', { ...SIGNATURE, ...rekor('{') }],
    ['a log entry that is a list', { ...SIGNATURE, ...rekor([]) }],
    ['a log entry without promise', { ...SIGNATURE, ...rekor({ ...REKOR, SignedEntryTimestamp: undefined }) }],
    ['a log entry without payload', { ...SIGNATURE, ...rekor({ ...REKOR, Payload: undefined }) }],
    ...Object.keys(REKOR.Payload).map((field): [string, Record<string, string>] => [
      `a log entry without ${field}`,
      { ...SIGNATURE, ...rekor({ ...REKOR, Payload: { ...REKOR.Payload, [field]: undefined } }) },
    ]),
    [
      'a log entry with an object as time',
      { ...SIGNATURE, ...rekor({ ...REKOR, Payload: { ...REKOR.Payload, integratedTime: { toString: 1 } } }) },
    ],
    [
      'a log entry with an object as index',
      { ...SIGNATURE, ...rekor({ ...REKOR, Payload: { ...REKOR.Payload, logIndex: { toString: 1 } } }) },
    ],
    [
      'a log body that is not JSON',
      { ...SIGNATURE, ...rekor({ ...REKOR, Payload: { ...REKOR.Payload, body: 'AAAA' } }) },
    ],
    ['a timestamp that is not JSON', { ...SIGNATURE, 'dev.sigstore.cosign/rfc3161timestamp': 'x' }],
    ['a timestamp without content', { ...SIGNATURE, 'dev.sigstore.cosign/rfc3161timestamp': '{}' }],
  ])('%s', (_, annotations) => {
    expect(signature(annotations)).toMatchObject({ kind: 'unreadable', fault: 'malformed' })
  })

  it('annotations without end', () => {
    const endless = { ...SIGNATURE, x: 'x'.repeat(1024 * 1024) }
    expect(signature(endless)).toMatchObject({ kind: 'unreadable', fault: 'over-limit' })
  })

  it.each(['dev.sigstore.cosign/bundle', 'dev.sigstore.cosign/rfc3161timestamp'])('empty objects in %s', (name) => {
    const many = { ...SIGNATURE, [name]: `[${'{},'.repeat(10_000)}0]` }
    expect(signature(many)).toMatchObject({ kind: 'unreadable', fault: 'over-limit' })
  })

  it('but annotations of 1 MiB are read', () => {
    const [signed] = Object.values(SIGNATURE)
    expect(signature({ ...SIGNATURE, x: 'x'.repeat(1024 * 1024 - signed!.length) })).toMatchObject({ kind: 'bundle' })
  })

  it('an envelope that is not JSON', () => {
    const garbage = bytesOf('garbage')
    expect(legacyBundle(describeBytes(DSSE, garbage), garbage)).toMatchObject({ kind: 'unreadable' })
  })
})

describe('legacy signatures lie', () => {
  it('at the tags that cosign derives from the digest', () => {
    expect(cosignLegacy.tagSuffixes).toEqual(['.sig', '.att'])
  })

  it('one in each layer of a known type, among others that are none', () => {
    const known = [describeBytes(SIMPLE_SIGNING, 'a'), describeBytes(DSSE, 'b')]
    const layers = [describeBytes('text/spdx', 'c'), ...known]
    const manifest = parseManifest(manifestOf({ config: describeBytes(CONFIG, '{}'), layers })) as ImageManifest
    expect(cosignLegacy.layers(manifest)).toEqual(known)
  })

  it.each([
    ['application/vnd.dev.cosign.artifact.sig.v1+json', true],
    ['application/vnd.dev.cosign.artifact.att.v1+json', true],
    ['application/vnd.dev.cosign.artifact.sbom.v1+json', false],
    ['application/vnd.oci.image.config.v1+json', false],
  ])('as referrers of type %s: %s', (type, announced) => {
    expect(cosignOci11.announces?.test(type)).toBe(announced)
  })
})
