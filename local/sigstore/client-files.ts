import type { Authority } from './authority.ts'
import { certificatePem, publicKeyPem } from './pem.ts'
import { type Endpoints, signingConfig, WITNESSED } from './signing-config.ts'
import { trustedRoot } from './trusted-root.ts'

/** Everything a client needs to sign and verify against this Sigstore, by file name. */
export function clientFiles(authority: Authority, endpoints: Endpoints): Readonly<Record<string, string>> {
  const json = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`
  const configs = WITNESSED.map((kind) => [
    `signing-config-${kind}.json`,
    json(signingConfig(kind, endpoints, authority.validFrom)),
  ])
  return {
    'trusted_root.json': json(trustedRoot(authority, endpoints)),
    ...Object.fromEntries(configs),
    // For cosign without a trusted root: SIGSTORE_ROOT_FILE, SIGSTORE_REKOR_PUBLIC_KEY, SIGSTORE_CT_LOG_PUBLIC_KEY_FILE
    'fulcio.pem': certificatePem(authority.fulcio.certificate) + certificatePem(authority.root.certificate),
    'rekor.pub': publicKeyPem(authority.rekor.publicKey),
    'ctfe.pub': publicKeyPem(authority.ct.publicKey),
    'tsa.pem': certificatePem(authority.timestamps.certificate) + certificatePem(authority.root.certificate),
  }
}
