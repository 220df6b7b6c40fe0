import { createPublicKey, generateKeyPairSync, hash } from 'node:crypto'
import { ed25519ph } from '@noble/curves/ed25519.js'
import { dsse } from '@sigstore/core'
import { describe, expect, it } from 'vitest'
import { verifyEd25519ph } from '../../lambda/trust/ed25519ph.ts'
import { verifySignature } from '../../lambda/trust/keys.ts'
import type { KeyPair } from '../../local/sigstore/authority.ts'
import { IMAGE, keyDemand, prove, signEnvelope, signMessage, statement } from './bundles.ts'
import { KINDS } from './log-bodies.ts'
import { ecKeys, NOW, newPki } from './pki.ts'

const pki = newPki()
const ed25519 = () => generateKeyPairSync('ed25519')
const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 })

const KEYS: readonly [string, () => KeyPair, string | null][] = [
  ['P-256 with SHA-256', () => ecKeys('P-256'), 'sha256'],
  ['P-384 with SHA-384', () => ecKeys('P-384'), 'sha384'],
  ['P-384 with SHA-256, as cosign 2', () => ecKeys('P-384'), 'sha256'],
  ['P-521 with SHA-512', () => ecKeys('P-521'), 'sha512'],
  ['RSA with SHA-256', rsa, 'sha256'],
  ['Ed25519', ed25519, null],
  ['ML-DSA-65', () => generateKeyPairSync('ml-dsa-65'), null],
]

describe.each(KEYS)('a key %s', (_, make, digest) => {
  const keys = make()
  const demand = keyDemand(keys.publicKey)
  const options = { by: 'key', keys, hash: digest, log: 'none' } as const

  it('verifies an envelope, and no other', () => {
    const { bundle } = signEnvelope(pki, statement(), options)
    expect(prove(pki, bundle, demand)).toMatchObject({ ok: true })
    bundle.dsseEnvelope!.payload = Buffer.from('{}').toString('base64')
    expect(prove(pki, bundle, demand)).toMatchObject({ ok: false, fault: 'signature-invalid' })
  })

  it('verifies a message, and no other signature', () => {
    const { bundle } = signMessage(pki, IMAGE, options)
    expect(prove(pki, bundle, demand, { artifact: IMAGE })).toMatchObject({ ok: true })
    bundle.messageSignature!.signature = signMessage(pki, Buffer.from('other'), options).bundle
      .messageSignature!.signature
    expect(prove(pki, bundle, demand, { artifact: IMAGE })).toMatchObject({ ok: false, fault: 'signature-invalid' })
  })
})

it('a hash that a policy asks for counts where tools would use another', () => {
  const { bundle, keys } = signEnvelope(pki, statement(), { by: 'key', hash: 'sha512', log: 'none' })
  expect(prove(pki, bundle, keyDemand(keys.publicKey))).toMatchObject({ ok: false, fault: 'signature-invalid' })
  expect(prove(pki, bundle, keyDemand(keys.publicKey, {}, 'sha512'))).toMatchObject({ ok: true })
})

describe('the digest that a message signature names', () => {
  const { bundle, keys } = signMessage(pki, IMAGE, { by: 'key', hash: 'sha512', log: 'none' })
  const withDigest = (algorithm: string, bytes: Uint8Array, digest: string) => {
    const messageDigest = { algorithm, digest: hash(digest, bytes, 'base64') }
    return { ...bundle, messageSignature: { ...bundle.messageSignature!, messageDigest } }
  }
  const judge = (one: typeof bundle) => prove(pki, one, keyDemand(keys.publicKey), { artifact: IMAGE })

  it('chooses the hash', () => {
    expect(judge(bundle)).toMatchObject({ ok: false, fault: 'signature-invalid' })
    expect(judge(withDigest('SHA2_512', IMAGE, 'sha512'))).toMatchObject({ ok: true })
  })

  it('must be that of the bytes', () => {
    const other = withDigest('SHA2_512', Buffer.from('other'), 'sha512')
    expect(judge(other)).toMatchObject({ ok: false, fault: 'subject-mismatch' })
  })

  it.each([
    ['SHA3_256', 'unsupported'],
    ['HASH_ALGORITHM_UNSPECIFIED', 'unsupported'],
    ['SHA2_1024', 'malformed'],
  ])('is not judged as %s', (algorithm, fault) => {
    expect(judge(withDigest(algorithm, IMAGE, 'sha256'))).toMatchObject({ ok: false, fault })
  })

  it('may be missing, as cosign writes it under Ed25519, and then nothing else is forgiven', () => {
    const pair = ed25519()
    const signed = signMessage(pki, IMAGE, { by: 'key', keys: pair, hash: null, log: 'none' }).bundle
    const bare = { ...signed, messageSignature: { ...signed.messageSignature!, messageDigest: {} } } as typeof signed
    const demand = keyDemand(pair.publicKey)
    expect(prove(pki, bare, demand, { artifact: IMAGE })).toMatchObject({ ok: true })
    expect(prove(pki, bare, demand, { artifact: Buffer.from('other') })).toMatchObject({ fault: 'signature-invalid' })
  })
})

describe('Ed25519ph', () => {
  const keys = ed25519()
  const secret = Buffer.from(keys.privateKey.export({ format: 'jwk' }).d ?? '', 'base64url')
  const signed = (bytes: Uint8Array) => Buffer.from(ed25519ph.sign(bytes, secret))

  it('verifies an envelope as cosign 3 signs it, and no other', () => {
    const { bundle } = signEnvelope(pki, statement(), { by: 'key', keys, hash: null, log: 'none' })
    const envelope = bundle.dsseEnvelope!
    const pae = dsse.preAuthEncoding(envelope.payloadType, Buffer.from(envelope.payload, 'base64'))
    envelope.signatures[0]!.sig = signed(pae).toString('base64')
    expect(prove(pki, bundle, keyDemand(keys.publicKey))).toMatchObject({ ok: true })
    expect(prove(pki, bundle, keyDemand(ed25519().publicKey))).toMatchObject({ ok: false, fault: 'signature-invalid' })
    envelope.signatures[0]!.sig = signed(Buffer.from('other')).toString('base64')
    expect(prove(pki, bundle, keyDemand(keys.publicKey))).toMatchObject({ ok: false, fault: 'signature-invalid' })
    envelope.signatures[0]!.sig = Buffer.from('short').toString('base64')
    expect(prove(pki, bundle, keyDemand(keys.publicKey))).toMatchObject({ ok: false, fault: 'signature-invalid' })
  })

  it('verifies a message, and no other', () => {
    const { bundle } = signMessage(pki, IMAGE, { by: 'key', keys, hash: null, log: 'none' })
    bundle.messageSignature!.signature = signed(IMAGE).toString('base64')
    const demand = keyDemand(keys.publicKey)
    expect(prove(pki, bundle, demand, { artifact: IMAGE })).toMatchObject({ ok: true })
    bundle.messageSignature!.signature = signed(Buffer.from('other')).toString('base64')
    expect(prove(pki, bundle, demand, { artifact: IMAGE })).toMatchObject({ ok: false, fault: 'signature-invalid' })
  })
})

describe.each(KEYS.filter(([name]) => !name.startsWith('ML-DSA')))('a certificate over a key %s', (_, make, digest) => {
  it.each(KINDS)('verifies what is logged as %s, and nothing else', (log) => {
    const { bundle } = signEnvelope(pki, statement(), { keys: make(), hash: digest, log, stamp: NOW })
    expect(prove(pki, bundle)).toMatchObject({ ok: true, signer: { kind: 'certificate' } })
    bundle.dsseEnvelope!.signatures[0]!.sig = Buffer.from('other').toString('base64')
    expect(prove(pki, bundle)).toMatchObject({ ok: false })
  })
})

it('keys that cannot sign are not judged', () => {
  const { bundle } = signEnvelope(pki, statement(), { by: 'key', log: 'none' })
  const { publicKey } = generateKeyPairSync('x25519')
  expect(prove(pki, bundle, keyDemand(publicKey))).toMatchObject({ ok: false, fault: 'unsupported' })
})

it('a curve whose own hash is not asked for does not fall back to another', () => {
  const { bundle, keys } = signEnvelope(pki, statement(), {
    by: 'key',
    keys: ecKeys('P-384'),
    hash: 'sha256',
    log: 'none',
  })
  expect(prove(pki, bundle, keyDemand(keys.publicKey, {}, 'sha512'))).toMatchObject({ fault: 'signature-invalid' })
})

describe('Ed25519ph', () => {
  it('is verified strictly: a point of small order vouches for everything only under ZIP 215', () => {
    const point = Buffer.concat([Buffer.of(1), Buffer.alloc(31)])
    const key = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: point.toString('base64url') } })
    const signature = Buffer.concat([point, Buffer.alloc(32)])
    expect(ed25519ph.verify(signature, IMAGE, point, { zip215: true })).toBe(true)
    expect(verifyEd25519ph(key, IMAGE, signature)).toBe(false)
  })

  it('is not tried under a key of another algorithm without a hash', () => {
    const { publicKey } = generateKeyPairSync('ml-dsa-65')
    expect(verifySignature(publicKey, [], Buffer.from('signed'), Buffer.alloc(64))).toBe(false)
  })
})
