import { hash } from 'node:crypto'
import type { Bundle } from '@sigstore/bundle'
import { dsse } from '@sigstore/core'
import { HashAlgorithm } from '@sigstore/protobuf-specs'
import type { SignedEntity } from '@sigstore/verify'
import { type Artifact, artifactDigest, isPrehash, type Prehash } from './artifact.ts'
import { verifySignature } from './keys.ts'
import { Rejection } from './rejection.ts'

/** What a bundle signs: the payload of a DSSE envelope, or bytes that lie outside of the bundle. */
export type SignedContent =
  | { readonly kind: 'dsse'; readonly payloadType: string; readonly payload: Buffer }
  | { readonly kind: 'message'; readonly bytes: Buffer; readonly hash: string }
  | ({ readonly kind: 'prehash' } & Prehash)

const MESSAGE_HASHES: Partial<Record<HashAlgorithm, string>> = {
  [HashAlgorithm.SHA2_256]: 'sha256',
  [HashAlgorithm.SHA2_384]: 'sha384',
  [HashAlgorithm.SHA2_512]: 'sha512',
}

/** The signed content. The digest of a message signature must be that of the bytes at hand, which the library never compares. */
export function signedContent(bundle: Bundle, artifact: Artifact | undefined): SignedContent {
  if (bundle.content.$case === 'dsseEnvelope') {
    const { payloadType, payload } = bundle.content.dsseEnvelope
    return { kind: 'dsse', payloadType, payload }
  }
  if (artifact === undefined) throw new Rejection('malformed', 'a message signature without the bytes it signs')
  const { algorithm, digest } = bundle.content.messageSignature.messageDigest
  const name = MESSAGE_HASHES[algorithm]
  if (name === undefined) throw new Rejection('unsupported', `message digest algorithm ${HashAlgorithm[algorithm]}`)
  if (!artifactDigest(artifact, name).equals(digest)) {
    throw new Rejection('subject-mismatch', 'the bundle signs other bytes than these')
  }
  if (isPrehash(artifact)) return { kind: 'prehash', ...artifact }
  return { kind: 'message', bytes: Buffer.from(artifact), hash: name }
}

/** The library's own view of a signature, widened: left alone it verifies DSSE under SHA-256 only and cannot verify Ed25519 over bytes. */
export function widened(
  stock: SignedEntity['signature'],
  content: SignedContent,
  wantedHash: string,
): SignedEntity['signature'] {
  const own = content.kind === 'prehash' ? ofDigest(content, stock) : ofBytes(content, stock, wantedHash)
  return {
    signature: stock.signature,
    compareSignature: (signature) => stock.compareSignature(signature),
    compareDigest: (digest) => stock.compareDigest(digest),
    ...own,
  }
}

type Own = Pick<SignedEntity['signature'], 'compareSignedDigest' | 'verifySignature'>

function ofDigest({ digest, verify }: Prehash, { signature }: SignedEntity['signature']): Own {
  return { compareSignedDigest: (logged) => logged.equals(digest), verifySignature: (key) => verify(key, signature) }
}

function ofBytes(
  content: Exclude<SignedContent, { kind: 'prehash' }>,
  { signature }: SignedEntity['signature'],
  wantedHash: string,
): Own {
  const signed = content.kind === 'dsse' ? dsse.preAuthEncoding(content.payloadType, content.payload) : content.bytes
  const hashes = content.kind === 'dsse' ? [wantedHash] : [content.hash, wantedHash]
  return {
    // Rekor logs what was signed under the hash that the key signs with
    compareSignedDigest: (digest) =>
      Object.values(MESSAGE_HASHES).some((name) => hash(name, signed, 'buffer').equals(digest)),
    verifySignature: (key) => verifySignature(key, hashes, signed, signature),
  }
}
