import seeds from '@sigstore/tuf/seeds.json' with { type: 'json' }

/** The trusted_root.json of the public-good Sigstore instance, as it came with this release; decoded only when asked for. */
export function publicGoodRoot(): unknown {
  const encoded = seeds['https://tuf-repo-cdn.sigstore.dev'].targets['trusted_root.json']
  return JSON.parse(Buffer.from(encoded, 'base64').toString())
}
