import { describe, expect, it } from 'vitest'
import {
  type BundleJson,
  CERTIFICATE,
  IMAGE,
  keyDemand,
  legacyClaim,
  OTHER,
  prove,
  type SignOptions,
  SLSA,
  signEnvelope,
  signMessage,
  simpleSigning,
  statement,
} from './bundles.ts'
import { ecKeys, NOW, newPki, rootOf } from './pki.ts'

const pki = newPki()
const stranger = newPki()
const later = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000)

describe('turned away:', () => {
  const fault = (content: BundleJson, demand = CERTIFICATE, more = {}) => prove(pki, content, demand, more)
  const changed = (change: (bundle: BundleJson) => void, options?: SignOptions) => {
    const { bundle } = signEnvelope(pki, statement(), options)
    change(bundle)
    return bundle
  }

  it('a certificate of another Sigstore', () => {
    const { bundle } = signEnvelope(stranger)
    expect(fault(bundle)).toMatchObject({ ok: false, fault: 'certificate-untrusted' })
  })

  it('a certificate of ours, logged by another Sigstore', () => {
    const bundle = changed((one) => {
      one.verificationMaterial.tlogEntries = signEnvelope(stranger).bundle.verificationMaterial.tlogEntries
    })
    expect(fault(bundle)).toMatchObject({ ok: false, fault: 'log-mismatch' })
  })

  it('a key where a certificate is asked for', () => {
    const { bundle } = signEnvelope(pki, statement(), { by: 'key' })
    expect(fault(bundle)).toMatchObject({ ok: false, fault: 'wrong-key-kind' })
  })

  it('a certificate where a key is asked for, even over that very key', () => {
    const { bundle, keys } = signEnvelope(pki)
    expect(fault(bundle, keyDemand(keys.publicKey))).toMatchObject({ ok: false, fault: 'wrong-key-kind' })
  })

  it('a signature by another key', () => {
    const { bundle } = signEnvelope(pki, statement(), { by: 'key', log: 'none' })
    expect(fault(bundle, keyDemand(ecKeys().publicKey))).toMatchObject({ ok: false, fault: 'signature-invalid' })
  })

  it('a signature by another key that is logged, as a mismatch', () => {
    const { bundle } = signEnvelope(pki, statement(), { by: 'key' })
    const demand = keyDemand(ecKeys().publicKey, { log: 1 })
    expect(fault(bundle, demand)).toMatchObject({ ok: false, fault: 'log-mismatch' })
  })

  it('a log entry that was stripped, though a timestamp is left', () => {
    const { bundle } = signEnvelope(pki, statement(), { log: 'none', stamp: NOW })
    expect(fault(bundle)).toMatchObject({ ok: false, fault: 'log-missing' })
  })

  it('a key without a log entry where the policy asks for one', () => {
    const { bundle, keys } = signEnvelope(pki, statement(), { by: 'key', log: 'none' })
    expect(fault(bundle, keyDemand(keys.publicKey, { log: 1 }))).toMatchObject({ fault: 'log-missing' })
  })

  it.each([CERTIFICATE, { ...CERTIFICATE, log: 0 }])('a certificate with neither promise nor timestamp', (demand) => {
    const { bundle } = signEnvelope(pki, statement(), { log: 'dsse/0.0.2' })
    expect(fault(bundle, demand)).toMatchObject({ ok: false, fault: 'timestamp-missing' })
  })

  it('a log promise where the policy asks for an RFC 3161 timestamp', () => {
    const demand = { ...CERTIFICATE, timestamp: 1 }
    expect(fault(signEnvelope(pki).bundle, demand)).toMatchObject({ ok: false, fault: 'timestamp-missing' })
  })

  it('a key without the RFC 3161 timestamp that the policy asks for', () => {
    const { bundle, keys } = signEnvelope(pki, statement(), { by: 'key' })
    expect(fault(bundle, keyDemand(keys.publicKey, { timestamp: 1 }))).toMatchObject({ fault: 'timestamp-missing' })
  })

  it.each(['certificate', 'key'] as const)('the timestamp of another signature, by %s', (by) => {
    const other = signEnvelope(pki, statement(), { by, stamp: NOW }).bundle
    const { bundle, keys } = signEnvelope(pki, statement(), { by, stamp: NOW })
    bundle.verificationMaterial.timestampVerificationData = other.verificationMaterial.timestampVerificationData
    const demand = by === 'key' ? keyDemand(keys.publicKey, { timestamp: 1 }) : CERTIFICATE
    expect(fault(bundle, demand)).toMatchObject({ ok: false, fault: 'timestamp-invalid' })
  })

  it('the timestamp of an authority that the root does not know', () => {
    const foreign = signEnvelope(stranger, statement(), { stamp: NOW }).bundle.verificationMaterial
    const { bundle, keys } = signEnvelope(pki, statement(), { by: 'key' })
    bundle.verificationMaterial.timestampVerificationData = foreign.timestampVerificationData
    const demand = keyDemand(keys.publicKey, { timestamp: 1 })
    expect(fault(bundle, demand)).toMatchObject({ ok: false, fault: 'timestamp-invalid' })
  })

  it('a time that the bundle claims and nobody vouches for', () => {
    const bundle = changed(
      (one) => {
        one.verificationMaterial.tlogEntries[0]!.integratedTime = String(NOW.getTime() / 1000)
      },
      { log: 'dsse/0.0.2' },
    )
    expect(fault(bundle)).toMatchObject({ ok: false, fault: 'timestamp-missing' })
  })

  it('a promise whose time was changed', () => {
    const bundle = changed((one) => {
      one.verificationMaterial.tlogEntries[0]!.integratedTime = String(NOW.getTime() / 1000 + 1)
    })
    expect(fault(bundle)).toMatchObject({ ok: false, fault: 'log-invalid' })
  })

  it('a proof against another root of the log', () => {
    const bundle = changed((one) => {
      const proof = one.verificationMaterial.tlogEntries[0]!.inclusionProof!
      proof.hashes = proof.hashes.map(() => Buffer.alloc(32).toString('base64'))
    })
    expect(fault(bundle)).toMatchObject({ ok: false, fault: 'log-invalid' })
  })

  it.each([
    ['with one promise', { log: 'dsse/0.0.1' }, 'timestamp-invalid'],
    ['with one proof', { log: 'dsse/0.0.2', stamp: NOW }, 'log-invalid'],
  ] as const)('the same log entry twice, %s', (_, options, expected) => {
    const bundle = changed((one) => {
      one.verificationMaterial.tlogEntries.push(...one.verificationMaterial.tlogEntries)
    }, options)
    expect(fault(bundle)).toMatchObject({ ok: false, fault: expected })
  })

  it.each([
    ['retired before', { end: later(-1).toISOString() }],
    ['taken into use after', { start: later(1).toISOString() }],
  ])('an entry proven by a log that was %s the signature was made', (_, validFor) => {
    const { bundle } = signEnvelope(pki, statement(), { log: 'hashedrekord/0.0.2', stamp: NOW })
    const root = rootOf(pki)
    Object.assign(root.tlogs[1]!.publicKey.validFor!, validFor)
    expect(fault(bundle, CERTIFICATE, { root })).toMatchObject({ ok: false, fault: 'log-invalid' })
  })

  it('a statement about another image', () => {
    expect(fault(signEnvelope(pki).bundle, CERTIFICATE, { digest: OTHER })).toMatchObject({ fault: 'subject-mismatch' })
  })

  it('a payload changed after signing', () => {
    const bundle = changed((one) => {
      one.dsseEnvelope!.payload = Buffer.from(JSON.stringify(statement(SLSA))).toString('base64')
    })
    expect(fault(bundle)).toMatchObject({ ok: false, fault: 'log-mismatch' })
  })

  it('a payload changed after signing by a key, without a log', () => {
    const { bundle, keys } = signEnvelope(pki, statement(), { by: 'key', log: 'none' })
    bundle.dsseEnvelope!.payload = Buffer.from(JSON.stringify(statement(SLSA))).toString('base64')
    expect(fault(bundle, keyDemand(keys.publicKey))).toMatchObject({ ok: false, fault: 'signature-invalid' })
  })

  it('a payload type changed after signing', () => {
    const { bundle, keys } = signEnvelope(pki, statement(), { by: 'key', log: 'none' })
    bundle.dsseEnvelope!.payloadType = 'text/plain'
    expect(fault(bundle, keyDemand(keys.publicKey))).toMatchObject({ ok: false, fault: 'signature-invalid' })
  })

  it.each([[[]], [[1, 1]]])('an envelope of %j signatures', (copies) => {
    const bundle = changed((one) => {
      const [only] = one.dsseEnvelope!.signatures
      one.dsseEnvelope!.signatures = copies.map(() => only!)
    })
    expect(fault(bundle)).toMatchObject({ ok: false, fault: 'malformed' })
  })

  it('a message digest that is not that of the manifest', () => {
    const { bundle } = signMessage(pki)
    expect(fault(bundle, CERTIFICATE, { artifact: simpleSigning() })).toMatchObject({ fault: 'subject-mismatch' })
    bundle.messageSignature!.messageDigest.digest = Buffer.alloc(32).toString('base64')
    expect(fault(bundle, CERTIFICATE, { artifact: IMAGE })).toMatchObject({ ok: false, fault: 'subject-mismatch' })
  })

  it('a message signature without the bytes that it signs', () => {
    const detail = 'a message signature without the bytes it signs'
    expect(fault(signMessage(pki).bundle)).toEqual({ ok: false, fault: 'malformed', detail })
  })

  it('a message signature over some other artifact of the same signer', () => {
    const artifact = Buffer.from('{"critical":"nothing about images"}')
    const { bundle } = signMessage(pki, artifact)
    expect(fault(bundle, CERTIFICATE, { artifact })).toMatchObject({ ok: false, fault: 'predicate-malformed' })
  })

  it.each<[string, object | string, string?]>([
    ['not JSON', 'not json'],
    ['a list', []],
    ['without _type', { ...statement(), _type: undefined }],
    ['without predicateType', { ...statement(), predicateType: undefined }],
    ['no statement at all', { critical: 'nothing' }],
    ['a statement under another payload type', statement(), 'text/plain'],
  ])('signed-garbage-payload, in either carrier: %s', (_, payload, payloadType) => {
    const signed = signEnvelope(pki, payload, {
      log: 'hashedrekord/0.0.1',
      ...(payloadType && { payloadType }),
      stamp: NOW,
    })
    const demand = { ...CERTIFICATE, log: 0, timestamp: 1 }
    for (const content of [{ kind: 'bundle' as const, bundle: signed.bundle }, legacyClaim(signed)]) {
      const proof = prove(pki, content, demand)
      expect(proof).toMatchObject({ ok: false, fault: expect.stringMatching(/^(malformed|predicate-malformed)$/) })
    }
  })

  it('a legacy signature for another image', () => {
    const payload = simpleSigning(OTHER)
    const claim = legacyClaim(signMessage(pki, payload), payload)
    expect(prove(pki, claim)).toMatchObject({ ok: false, fault: 'subject-mismatch' })
  })

  it('a legacy signature whose payload was rewritten to name this image', () => {
    const claim = legacyClaim(signMessage(pki, simpleSigning(OTHER)), simpleSigning())
    expect(prove(pki, claim)).toMatchObject({ ok: false, fault: 'log-mismatch' })
  })
})
