import { generateKeyPairSync, hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { faultOf } from '../../lambda/trust/rejection.ts'
import { trustMaterials } from '../../lambda/trust/roots.ts'
import { readSays } from '../../lambda/trust/says.ts'
import { verifyBundle } from '../../lambda/trust/verify-bundle.ts'
import { sha256Prehash } from '../conformance/prehash.ts'
import { type BundleJson, DIGEST, IMAGE, OTHER, signEnvelope, signMessage, statement } from './bundles.ts'
import { ecKeys, newPki, rootOf } from './pki.ts'

const pki = newPki()
const material = trustMaterials({ test: rootOf(pki) }).get('test')!
const certificate = {
  kind: 'certificate',
  hash: 'sha256',
  sct: true,
  authorities: material.authorities,
  fulcio: true,
} as const
const digest = sha256Prehash(hash('sha256', IMAGE, 'buffer'))

/** What a bundle says of the image whose bytes or digest are at hand, or why it is turned away. */
function judge(
  bundle: BundleJson,
  { key = ecKeys().publicKey, by = 'key', artifact = digest as typeof digest | Uint8Array } = {},
) {
  try {
    const signer = by === 'key' ? ({ kind: 'key', key, hash: 'sha256' } as const) : certificate
    const trust = { signer, material, log: by === 'key' ? 0 : 1, timestamp: 0 }
    return readSays(verifyBundle({ bundle, artifact }, trust).content, DIGEST)
  } catch (thrown) {
    return faultOf(thrown).fault
  }
}

const SIGNATURE = { kind: 'signature', annotations: {}, names: [] }

/** The same signature with S on the other side of the order of P-256: as good, and as likely from a signer. */
function otherS(signature: Buffer): Buffer {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
  const lengthOfR = signature[3] ?? 0
  const s = BigInt(`0x${signature.subarray(6 + lengthOfR).toString('hex')}`)
  const flipped = Buffer.from((order - s).toString(16).padStart(64, '0'), 'hex')
  const start = flipped.findIndex((byte) => byte !== 0)
  const bytes = flipped.subarray(start)
  const integer = (bytes[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.of(0), bytes]) : bytes
  const body = Buffer.concat([signature.subarray(2, 4 + lengthOfR), Buffer.of(2, integer.length), integer])
  return Buffer.concat([Buffer.of(0x30, body.length), body])
}

describe('a signature of bytes of which only the digest is known', () => {
  it.each(['P-256', 'P-384', 'P-521'])('is verified under %s', (curve) => {
    const keys = ecKeys(curve)
    const { bundle } = signMessage(pki, IMAGE, { by: 'key', keys })
    expect(judge(bundle, { key: keys.publicKey })).toEqual(SIGNATURE)
    expect(judge(bundle, { key: ecKeys(curve).publicKey })).toBe('signature-invalid')
  })

  it('is verified under a certificate, with its log entry', () => {
    expect(judge(signMessage(pki).bundle, { by: 'certificate' })).toEqual(SIGNATURE)
  })

  it('is good whichever of the two S it has', () => {
    const keys = ecKeys()
    const { bundle, signature } = signMessage(pki, IMAGE, { by: 'key', keys })
    const other = structuredClone(bundle)
    other.messageSignature!.signature = otherS(signature).toString('base64')
    const way = { key: keys.publicKey }
    expect([bundle, other].map((one) => judge(one, way))).toEqual([SIGNATURE, SIGNATURE])
    expect(judge(other, { ...way, artifact: IMAGE })).toEqual(SIGNATURE)
  })

  it.each([
    ['Ed25519', () => generateKeyPairSync('ed25519'), null],
    ['RSA', () => generateKeyPairSync('rsa', { modulusLength: 2048 }), 'sha256'],
  ])('cannot be verified under %s, where the bytes are needed', (_, make, algorithm) => {
    const keys = make()
    const { bundle } = signMessage(pki, IMAGE, { by: 'key', keys, hash: algorithm })
    expect(judge(bundle, { key: keys.publicKey })).toBe('unsupported')
    expect(judge(bundle, { key: keys.publicKey, artifact: IMAGE })).toEqual(SIGNATURE)
  })

  it.each([
    ['names another digest', 'subject-mismatch', { messageDigest: { algorithm: 'SHA2_256', digest: 'AAAA' } }],
    ['names one under another hash', 'unsupported', { messageDigest: { algorithm: 'SHA2_512', digest: 'AAAA' } }],
    ['is no signature', 'signature-invalid', { signature: 'AAAA' }],
  ])('is turned away where it %s', (_, fault, spoiled) => {
    const keys = ecKeys()
    const { bundle } = signMessage(pki, IMAGE, { by: 'key', keys })
    const messageSignature = { ...bundle.messageSignature!, ...spoiled }
    expect(judge({ ...bundle, messageSignature }, { key: keys.publicKey })).toBe(fault)
  })

  it('is turned away where it is of other bytes than the image', () => {
    const other = Buffer.from('other')
    const { bundle } = signMessage(pki, other)
    const artifact = sha256Prehash(hash('sha256', other, 'buffer'))
    expect(judge(bundle, { by: 'certificate', artifact })).toBe('subject-mismatch')
  })
})

describe('a statement', () => {
  it('brings its bytes along: the digest of the image is enough', () => {
    const good = signEnvelope(pki, statement()).bundle
    const foreign = signEnvelope(pki, statement(undefined, OTHER)).bundle
    expect(judge(good, { by: 'certificate' })).toEqual(SIGNATURE)
    expect(judge(foreign, { by: 'certificate' })).toBe('subject-mismatch')
  })
})
