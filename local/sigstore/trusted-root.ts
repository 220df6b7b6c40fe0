import type { KeyObject } from 'node:crypto'
import type { Authority, Certified } from './authority.ts'
import { spki } from './certificate.ts'
import { logId } from './ct.ts'
import { noteKeyId } from './note.ts'
import type { Endpoints } from './signing-config.ts'

/** The trusted_root.json that vouches for everything this Sigstore signs. */
export function trustedRoot(authority: Authority, endpoints: Endpoints): unknown {
  const validFor = { start: authority.validFrom.toISOString() }
  const log = (baseUrl: string, key: KeyObject, keyId: Buffer) => ({
    baseUrl,
    hashAlgorithm: 'SHA2_256',
    publicKey: {
      rawBytes: spki(key).toString('base64'),
      keyDetails: key.asymmetricKeyType === 'ed25519' ? 'PKIX_ED25519' : 'PKIX_ECDSA_P256_SHA_256',
      validFor,
    },
    logId: { keyId: keyId.toString('base64') },
  })
  const chain = (uri: string, commonName: string, ...certified: readonly Certified[]) => ({
    subject: { organization: 'Assay private Sigstore (tests only)', commonName },
    uri,
    certChain: { certificates: certified.map((one) => ({ rawBytes: one.certificate.toString('base64') })) },
    validFor,
  })
  const { root, fulcio, timestamps, ct, rekor, rekor2 } = authority
  return {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [
      log(endpoints.rekor, rekor.publicKey, logId(rekor.publicKey)),
      log(endpoints.rekor2, rekor2.publicKey, noteKeyId(rekor2.publicKey)),
    ],
    certificateAuthorities: [chain(endpoints.fulcio, 'certificate authority', fulcio, root)],
    ctlogs: [log(endpoints.ct, ct.publicKey, logId(ct.publicKey))],
    timestampAuthorities: [chain(endpoints.timestamps, 'timestamp authority', timestamps, root)],
  }
}
