import { hash, type KeyObject } from 'node:crypto'
import { Rejection } from './rejection.ts'

/** The bytes that a bare message signature signs, or their digest where nothing else is known. */
export type Artifact = Uint8Array | Prehash

/** A digest in place of the bytes, with a way to verify signatures of it, which Node has not. */
export type Prehash = {
  readonly hash: string
  readonly digest: Buffer
  readonly verify: (key: KeyObject, signature: Uint8Array) => boolean
}

export function isPrehash(artifact: Artifact): artifact is Prehash {
  return 'digest' in artifact
}

/** The digest under a hash; turned away where only that of another hash is known. */
export function artifactDigest(artifact: Artifact, name: string): Buffer {
  if (!isPrehash(artifact)) return hash(name, artifact, 'buffer')
  if (artifact.hash === name) return artifact.digest
  throw new Rejection('unsupported', `the ${name} of the signed bytes is not known, only their ${artifact.hash}`)
}
