import { hash, type KeyObject } from 'node:crypto'
import { RFC3161Timestamp } from '@sigstore/core'
import type { TrustMaterial } from '@sigstore/verify'

type TimestampAuthority = TrustMaterial['timestampAuthorities'][number]

/** The timestamp authority that a token names as its signer, by issuer and serial number (RFC 5652, 5.3). */
export function authorityNamed(
  token: RFC3161Timestamp,
  authorities: readonly TimestampAuthority[],
): TimestampAuthority | undefined {
  const { signerIssuer, signerSerialNumber } = token
  return authorities.find(
    ({ certChain: [leaf] }) => leaf?.serialNumber.equals(signerSerialNumber) && leaf.issuer.equals(signerIssuer),
  )
}

/** Whether a token, read or not, is of an authority that the root knows. */
export function isOfKnownAuthority(der: Buffer, authorities: readonly TimestampAuthority[]): boolean {
  try {
    return authorityNamed(RFC3161Timestamp.parse(Buffer.from(der)), authorities) !== undefined
  } catch {
    return false
  }
}

/** From how many authorities these tokens are. One that has changed its key is still the same: it is known by its subject. */
export function countAuthorities(
  tokens: readonly RFC3161Timestamp[],
  authorities: readonly TimestampAuthority[],
): number {
  const known = tokens.flatMap((token) => authorityNamed(token, authorities) ?? [])
  return new Set(known.map(({ certChain: [leaf] }) => leaf?.subject.toString('hex'))).size
}

/**
 * The same token to a library that knows only by ECDSA's names which hash a signature is over. Under RSA it is that of the
 * token's digests (RFC 5754, 3.2): most authorities that are not Sigstore's sign so.
 */
export function underAnyKey(token: RFC3161Timestamp): RFC3161Timestamp {
  if ((token.signatureAlgorithm as string | undefined) !== undefined) return token
  return Object.create(token, { signatureAlgorithm: { value: token.signerDigestAlgorithm } })
}

/**
 * The same token to a library that verifies it over the signature alone. cosign 2 stamps the bytes of a legacy envelope,
 * which hold the signature; cosign 3 the signature itself: either counts.
 */
export function overEither(token: RFC3161Timestamp, envelope: Uint8Array): RFC3161Timestamp {
  const { messageImprintHashAlgorithm: algorithm, messageImprintHashedMessage: imprint } = token.tstInfo
  if (!algorithm || !hash(algorithm, envelope, 'buffer').equals(imprint)) return token
  const verify = (_signature: Buffer, key: KeyObject) => token.verify(Buffer.from(envelope), key)
  return Object.create(token, { verify: { value: verify } })
}
