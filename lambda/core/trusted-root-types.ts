/** Media types of a Sigstore trusted_root.json that is read. https://github.com/sigstore/protobuf-specs */
export const TRUSTED_ROOT_TYPES = [
  'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
  'application/vnd.dev.sigstore.trustedroot.v0.1+json',
  'application/vnd.dev.sigstore.trustedroot.v0.2+json',
] as const
