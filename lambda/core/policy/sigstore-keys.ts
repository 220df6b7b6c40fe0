import { createPublicKey, hash, type KeyObject, type X509Certificate } from 'node:crypto'

/** An authority as a TrustRoot document names it, its chain read. */
export type KeysAuthority = {
  readonly subject: { readonly organization: string; readonly commonName: string }
  readonly uri: string
  readonly certChain: readonly X509Certificate[]
}

/** A log as a TrustRoot document names it, its key as PEM. */
export type KeysLog = { readonly baseURL: string; readonly hashAlgorithm: string; readonly publicKey: string }

export type SigstoreKeys = {
  readonly certificateAuthorities: readonly KeysAuthority[]
  readonly timestampAuthorities: readonly KeysAuthority[]
  readonly tLogs: readonly KeysLog[]
  readonly ctLogs: readonly KeysLog[]
}

// The document is its operator's statement and names no beginning: what it lists counts for all time, as upstream has it.
const FOR_EVER = { start: '1970-01-01T00:00:00Z' } as const

/** The trusted_root.json that says what a list of keys and certificates says. */
export function trustedRootOf({ certificateAuthorities, timestampAuthorities, tLogs, ctLogs }: SigstoreKeys): unknown {
  return {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: tLogs.map(logOf),
    certificateAuthorities: certificateAuthorities.map(authorityOf),
    ctlogs: ctLogs.map(logOf),
    timestampAuthorities: timestampAuthorities.map(authorityOf),
  }
}

function authorityOf({ subject, uri, certChain }: KeysAuthority) {
  const certificates = certChain.map(({ raw }) => ({ rawBytes: raw.toString('base64') }))
  return { subject, uri, certChain: { certificates }, validFor: FOR_EVER }
}

function logOf({ baseURL, hashAlgorithm, publicKey }: KeysLog) {
  const key = createPublicKey(publicKey)
  const der = key.export({ format: 'der', type: 'spki' })
  return {
    baseUrl: baseURL,
    hashAlgorithm,
    publicKey: { ...encodedKey(key, der), validFor: FOR_EVER },
    // RFC 6962 section 3.2. The bytes of the hash: upstream keeps its hexadecimal text, which no log entry carries.
    logId: { keyId: hash('sha256', der, 'base64') },
  }
}

function encodedKey(key: KeyObject, der: Buffer): { readonly rawBytes: string; readonly keyDetails: string } {
  const { asymmetricKeyType, asymmetricKeyDetails } = key
  if (asymmetricKeyType === 'rsa') {
    const pkcs1 = key.export({ format: 'der', type: 'pkcs1' })
    return { rawBytes: pkcs1.toString('base64'), keyDetails: 'PKCS1_RSA_PKCS1V5' }
  }
  const keyDetails = CURVES[asymmetricKeyDetails?.namedCurve ?? ''] ?? 'PKIX_ED25519'
  return { rawBytes: der.toString('base64'), keyDetails }
}

const CURVES: Readonly<Record<string, string>> = {
  prime256v1: 'PKIX_ECDSA_P256_SHA_256',
  secp384r1: 'PKIX_ECDSA_P384_SHA_384',
  secp521r1: 'PKIX_ECDSA_P521_SHA_512',
}
