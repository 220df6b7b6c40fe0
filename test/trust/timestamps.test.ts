import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { oid, sequence } from '../../local/sigstore/der.ts'
import { CERTIFICATE, keyDemand, legacyClaim, prove, SLSA, signEnvelope, statement } from './bundles.ts'
import { NOW, newPki, rootOf, stamped } from './pki.ts'
import { broken, serialOf, stampedBy, timestampAuthority } from './tsa.ts'

const pki = newPki()
const STAMPED = { ...CERTIFICATE, log: 0, timestamp: 1 }

describe('tsa-extra-cert-first', () => {
  const real = pki.authority.timestamps
  const forged = timestampAuthority(pki, 'forged', serialOf(real.certificate))
  const judge = (certificates: readonly Buffer[], privateKey: typeof real.privateKey) => {
    const { bundle } = signEnvelope(pki, statement(), { log: 'none' })
    const signature = Buffer.from(bundle.dsseEnvelope!.signatures[0]!.sig, 'base64')
    const signedTimestamp = stampedBy(pki, { certificate: Buffer.concat(certificates), privateKey }, signature)
    bundle.verificationMaterial.timestampVerificationData = { rfc3161Timestamps: [{ signedTimestamp }] }
    return prove(pki, bundle, STAMPED)
  }

  it('a token signed by a forger, whose certificate with the same issuer and serial number comes first, is refused', () => {
    for (const bag of [[forged.certificate, real.certificate], [forged.certificate], [real.certificate]]) {
      expect(judge(bag, forged.privateKey)).toMatchObject({ ok: false, fault: 'timestamp-invalid' })
    }
  })

  it('a genuine token is judged by the certificate of the root, whatever it carries', () => {
    for (const bag of [
      [forged.certificate, real.certificate],
      [real.certificate, forged.certificate],
    ]) {
      expect(judge(bag, real.privateKey)).toMatchObject({ ok: true })
    }
  })

  it('a token of an authority of the same root that is not in the trusted root is refused', () => {
    const other = timestampAuthority(pki, 'other')
    expect(judge([other.certificate], other.privateKey)).toMatchObject({ ok: false, fault: 'timestamp-invalid' })
    expect(judge([other.certificate, real.certificate], other.privateKey)).toMatchObject({ fault: 'timestamp-invalid' })
  })
})

describe.each(['certificate', 'key'] as const)('the timestamp of a legacy attestation, signed by %s,', (by) => {
  const signed = signEnvelope(pki, statement(SLSA), { by, log: 'none' })
  const envelope = signed.bundle.dsseEnvelope!
  const demand = by === 'key' ? keyDemand(signed.keys.publicKey, { timestamp: 1 }) : STAMPED
  const stampedOver = (data: Uint8Array) => {
    const rfc3161Timestamps = [{ signedTimestamp: stamped(pki, data) }]
    const verificationMaterial = {
      ...signed.bundle.verificationMaterial,
      timestampVerificationData: { rfc3161Timestamps },
    }
    return { ...signed, bundle: { ...signed.bundle, verificationMaterial } }
  }

  it.each([
    ['the signature, as cosign 3 makes it', Buffer.from(envelope.signatures[0]!.sig, 'base64')],
    ['the bytes of the envelope, as cosign 2 makes it', Buffer.from(JSON.stringify(envelope))],
  ])('may be over %s', (_, data) => {
    const proof = prove(pki, legacyClaim(stampedOver(data)), demand)
    expect(proof).toMatchObject({ ok: true, signer: { signedAt: NOW.toISOString() } })
  })

  it.each([
    ['the payload', Buffer.from(envelope.payload, 'base64')],
    ['another writing of the envelope', Buffer.from(JSON.stringify(envelope, null, 1))],
    ['the signature in base64', Buffer.from(envelope.signatures[0]!.sig)],
    ['nothing', Buffer.alloc(0)],
  ])('is refused over %s', (_, data) => {
    const proof = prove(pki, legacyClaim(stampedOver(data)), demand)
    expect(proof).toMatchObject({ ok: false, fault: 'timestamp-invalid' })
  })

  it('is refused over the envelope where it lies in a bundle: there only the signature is stamped', () => {
    const { bundle } = stampedOver(Buffer.from(JSON.stringify(envelope)))
    expect(prove(pki, bundle, demand)).toMatchObject({ ok: false, fault: 'timestamp-invalid' })
  })

  it('is refused over the envelope where its own signature is broken', () => {
    const over = stampedOver(Buffer.from(JSON.stringify(envelope)))
    const [stamp] = over.bundle.verificationMaterial.timestampVerificationData.rfc3161Timestamps
    stamp!.signedTimestamp = broken(stamp!.signedTimestamp)
    expect(prove(pki, legacyClaim(over), demand)).toMatchObject({ ok: false, fault: 'timestamp-invalid' })
  })

  it('is refused over the envelope where a stranger signed it', () => {
    const stranger = newPki()
    const rfc3161Timestamps = [{ signedTimestamp: stamped(stranger, Buffer.from(JSON.stringify(envelope))) }]
    const verificationMaterial = {
      ...signed.bundle.verificationMaterial,
      timestampVerificationData: { rfc3161Timestamps },
    }
    const claim = legacyClaim({ ...signed, bundle: { ...signed.bundle, verificationMaterial } })
    expect(prove(pki, claim, demand)).toMatchObject({ ok: false, fault: 'timestamp-invalid' })
  })
})

describe('an authority that signs with RSA', () => {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const authority = timestampAuthority(pki, 'rsa', undefined, keys)
  const json = rootOf(pki)
  const root = { ...json, timestampAuthorities: [...json.timestampAuthorities, authority.json] }
  const identifier = (id: string) => sequence(oid(id), Buffer.of(5, 0))
  const SHA2 = '2.16.840.1.101.3.4.2'
  const RSA = '1.2.840.113549.1.1'
  const judge = (change: (token: string) => string, hash: string, digest: string, signature: string) => {
    const { bundle } = signEnvelope(pki, statement(), { log: 'none' })
    const signed = Buffer.from(bundle.dsseEnvelope!.signatures[0]!.sig, 'base64')
    const algorithms = { hash, digest: identifier(digest), signature: identifier(signature) }
    const signedTimestamp = change(stampedBy(pki, authority, signed, NOW, algorithms))
    bundle.verificationMaterial.timestampVerificationData = { rfc3161Timestamps: [{ signedTimestamp }] }
    return prove(pki, bundle, STAMPED, { root })
  }

  it.each([
    ['sha256', `${SHA2}.1`, `${RSA}.1`],
    ['sha384', `${SHA2}.2`, `${RSA}.1`],
    ['sha512', `${SHA2}.3`, `${RSA}.1`],
    ['sha256', `${SHA2}.1`, `${RSA}.11`],
    ['sha512', `${SHA2}.3`, `${RSA}.13`],
  ])('over %s (%s) as %s vouches for the time, and no broken token does', (hash, digest, signature) => {
    expect(judge((token) => token, hash, digest, signature)).toMatchObject({
      ok: true,
      signer: { signedAt: NOW.toISOString() },
    })
    expect(judge(broken, hash, digest, signature)).toMatchObject({ ok: false, fault: 'timestamp-invalid' })
  })

  it('vouches for nothing over another hash than its digests', () => {
    expect(judge((token) => token, 'sha512', `${SHA2}.1`, `${RSA}.1`)).toMatchObject({
      ok: false,
      fault: 'timestamp-invalid',
    })
  })
})
