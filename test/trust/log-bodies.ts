import { createHash, X509Certificate } from 'node:crypto'
import { dsse } from '@sigstore/core'

/** What a log entry is about: the three things that must be those of the bundle. */
export type Logged = {
  /** The payload of the envelope, or the bytes of a message signature. */
  readonly payload: Uint8Array
  readonly signature: Uint8Array
  /** The signing certificate or public key in DER. */
  readonly verifier: { readonly kind: 'certificate' | 'key'; readonly der: Uint8Array }
}

export const KINDS = [
  'hashedrekord/0.0.1',
  'hashedrekord/0.0.2',
  'dsse/0.0.1',
  'dsse/0.0.2',
  'intoto/0.0.1',
  'intoto/0.0.2',
] as const
export type Kind = (typeof KINDS)[number]

const PAYLOAD_TYPE = 'application/vnd.in-toto+json'

/** The body under which a log keeps a DSSE envelope, by kind. */
export function envelopeBody(kind: Kind, { payload, signature, verifier }: Logged): object {
  const [name = '', apiVersion = ''] = kind.split('/')
  const common = { apiVersion, kind: name }
  const pae = dsse.preAuthEncoding(PAYLOAD_TYPE, Buffer.from(payload))
  const payloadHash = { algorithm: 'sha256', value: sha256(payload).toString('hex') }
  const sig = base64(signature)
  switch (kind) {
    case 'hashedrekord/0.0.1':
    case 'hashedrekord/0.0.2':
      return messageBody({ payload: pae, signature, verifier }, kind)
    case 'dsse/0.0.1': {
      const envelopeHash = { algorithm: 'sha256', value: '0'.repeat(64) }
      return {
        ...common,
        spec: { envelopeHash, payloadHash, signatures: [{ signature: sig, verifier: pem64(verifier) }] },
      }
    }
    case 'dsse/0.0.2': {
      const hashed = { algorithm: 'SHA2_256', digest: base64(sha256(payload)) }
      const dsseV002 = { payloadHash: hashed, signatures: [{ content: sig, verifier: verifier2(verifier) }] }
      return { ...common, spec: { dsseV002 } }
    }
    case 'intoto/0.0.1':
      return { ...common, spec: { content: { hash: payloadHash, payloadHash }, publicKey: pem64(verifier) } }
    case 'intoto/0.0.2': {
      const signatures = [{ sig: base64(Buffer.from(sig)), publicKey: pem64(verifier) }]
      const envelope = { payloadType: PAYLOAD_TYPE, signatures }
      return { ...common, spec: { content: { envelope, hash: payloadHash, payloadHash } } }
    }
  }
}

/** The body under which a log keeps a signature of bytes. */
export function messageBody({ payload, signature, verifier }: Logged, kind: Kind = 'hashedrekord/0.0.1'): object {
  if (kind === 'hashedrekord/0.0.2') {
    const signed = { content: base64(signature), verifier: verifier2(verifier) }
    const hashedRekordV002 = { data: { algorithm: 'SHA2_256', digest: base64(sha256(payload)) }, signature: signed }
    return { apiVersion: '0.0.2', kind: 'hashedrekord', spec: { hashedRekordV002 } }
  }
  const hash = { algorithm: 'sha256', value: sha256(payload).toString('hex') }
  const signed = { content: base64(signature), publicKey: { content: pem64(verifier) } }
  return { apiVersion: '0.0.1', kind: 'hashedrekord', spec: { data: { hash }, signature: signed } }
}

export function pem(verifier: Logged['verifier']): string {
  if (verifier.kind === 'certificate') return new X509Certificate(verifier.der).toString()
  return `-----BEGIN PUBLIC KEY-----\n${base64(verifier.der)}\n-----END PUBLIC KEY-----\n`
}

function pem64(verifier: Logged['verifier']): string {
  return base64(Buffer.from(pem(verifier)))
}

function verifier2({ kind, der }: Logged['verifier']): object {
  const held = { rawBytes: base64(der) }
  const keyDetails = 'PKIX_ECDSA_P256_SHA_256'
  return kind === 'certificate' ? { keyDetails, x509Certificate: held } : { keyDetails, publicKey: held }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}
