import { verify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { signStatement } from '../../../local/signing/bundle.ts'
import { generateKeys, type KeyKind, keyHint, publicKeyOf } from '../../../local/signing/key.ts'
import { withKey } from '../../../local/signing/signing.ts'
import { attestation, signatureStatement } from '../../../local/signing/statement.ts'
import { throughJson, verifyBundle } from '../sigstore/verify-bundle.ts'

const DIGEST = `sha256:${'ab'.repeat(32)}` as const
const HASHES: [KeyKind, string | null][] = [
  ['P-256', 'sha256'],
  ['P-384', 'sha384'],
  ['P-521', 'sha512'],
  ['RSA', 'sha256'],
  ['Ed25519', null],
]
const NO_ROOT = { mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1' }

/** https://github.com/secure-systems-lab/dsse/blob/master/protocol.md */
function preAuthEncoding(type: string, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `), payload])
}

describe('a signature by key', () => {
  it.each(HASHES)('of kind %s verifies over the envelope with %s', async (kind, hash) => {
    const { privateKey, publicKey } = generateKeys(kind)
    const { dsseEnvelope } = await signStatement(signatureStatement(DIGEST), withKey(privateKey))
    const signed = preAuthEncoding('application/vnd.in-toto+json', Buffer.from(dsseEnvelope!.payload, 'base64'))
    const signature = Buffer.from(dsseEnvelope!.signatures[0]!.sig, 'base64')
    expect(verify(hash, signed, publicKey, signature)).toBe(true)
    expect(verify(hash, signed, generateKeys(kind).publicKey, signature)).toBe(false)
  })

  it('makes a bundle the stock verifier accepts under that key only', async () => {
    const { privateKey, publicKey } = generateKeys()
    const bundle = throughJson(await signStatement(signatureStatement(DIGEST), withKey(privateKey)))
    const thresholds = { tlogThreshold: 0, timestampThreshold: 0 }
    expect(() => verifyBundle(NO_ROOT, bundle, { ...thresholds, key: publicKey })).not.toThrow()
    expect(() => verifyBundle(NO_ROOT, bundle, { ...thresholds, key: generateKeys().publicKey })).toThrow()
  })

  it('names its key by hash beside the envelope, not in it', async () => {
    const { privateKey, publicKey } = generateKeys()
    const bundle = throughJson(await signStatement(signatureStatement(DIGEST), withKey(privateKey)))
    expect(publicKeyOf(privateKey)).toBe(publicKey)
    expect(bundle).toMatchObject({
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      verificationMaterial: { publicKey: { hint: keyHint(publicKey) } },
    })
    expect(bundle.dsseEnvelope?.signatures[0]?.keyid ?? '').toBe('')
  })
})

describe('a statement', () => {
  it('signs as cosign does: annotations on a subject without a name, nothing in the predicate', () => {
    expect(signatureStatement(DIGEST, { team: 'blue' })).toEqual({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ digest: { sha256: 'ab'.repeat(32) }, annotations: { team: 'blue' } }],
      predicateType: 'https://sigstore.dev/cosign/sign/v1',
      predicate: {},
    })
  })

  it('attests anything about an image', () => {
    const said = { predicateType: 'https://spdx.dev/Document', predicate: { spdxVersion: 'SPDX-2.3' } }
    expect(attestation({ digest: DIGEST, name: 'acme/app', ...said })).toEqual({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'acme/app', digest: { sha256: 'ab'.repeat(32) } }],
      ...said,
    })
  })
})
