import { createHash, createPublicKey } from 'node:crypto'
import { dsse, pem } from '@sigstore/core'
import { TransparencyLogEntry } from '@sigstore/protobuf-specs'
import type { SignatureBundle, Witness } from '@sigstore/sign'

/**
 * Has a Rekor v2 log witness signatures by P-256 keys. An envelope goes in as the hash of what its signature covers,
 * as the log demands: https://github.com/sigstore/architecture-docs/pull/63
 */
export function rekor2Witness(url: string): Witness {
  return {
    async testify(content, keyOrCertificate) {
      const { digest, signature } = signedDigest(content)
      const body = {
        hashedRekordRequestV002: {
          digest: digest.toString('base64'),
          signature: { content: signature.toString('base64'), verifier: verifierOf(keyOrCertificate) },
        },
      }
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(`${url}/api/v2/log/entries`, { method: 'POST', headers, body: JSON.stringify(body) })
      if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${await response.text()}`)
      const { logId, kindVersion, ...entry } = TransparencyLogEntry.fromJSON(await response.json())
      if (logId === undefined || kindVersion === undefined) throw new Error(`${response.url} answered without a log id`)
      return { tlogEntries: [{ ...entry, logId, kindVersion }] }
    },
  }
}

function signedDigest(content: SignatureBundle): { digest: Buffer; signature: Buffer } {
  if (content.$case === 'messageSignature') {
    const { messageDigest, signature } = content.messageSignature
    return { digest: messageDigest.digest, signature }
  }
  const { payloadType, payload, signatures } = content.dsseEnvelope
  const digest = createHash('sha256').update(dsse.preAuthEncoding(payloadType, payload)).digest()
  return { digest, signature: signatures[0]?.sig ?? Buffer.alloc(0) }
}

function verifierOf(keyOrCertificate: string) {
  const curve = createPublicKey(keyOrCertificate).asymmetricKeyDetails?.namedCurve
  if (curve !== 'prime256v1') throw new RangeError(`a key on ${curve ?? 'no curve'}; only P-256 is logged in Rekor v2`)
  const rawBytes = pem.toDER(keyOrCertificate).toString('base64')
  const isCertificate = keyOrCertificate.includes('BEGIN CERTIFICATE')
  return {
    keyDetails: 'PKIX_ECDSA_P256_SHA_256',
    ...(isCertificate ? { x509Certificate: { rawBytes } } : { publicKey: { rawBytes } }),
  }
}
