import { artifactTypeOf, type Format, readable, readObject } from './format.ts'

// Versions we do not know are claims too: they are turned away by name when verified, not overlooked
const BUNDLE = /^application\/vnd\.dev\.sigstore\.bundle(?:\.v[\d.]+)?\+json(?:;\s*version=[\d.]+)?$/

/** Sigstore bundles attached as OCI 1.1 referrers: cosign 3, GitHub artifact attestations, sigstore-js. */
export const cosignBundle: Format = {
  name: 'cosign-bundle',
  tagSuffixes: [],
  announces: BUNDLE,
  artifactTypes: ['application/vnd.dev.sigstore.bundle.v0.3+json'],
  layers: (manifest) => {
    const bundles = manifest.layers.filter((layer) => BUNDLE.test(layer.mediaType))
    if (bundles.length > 0) return bundles
    return BUNDLE.test(artifactTypeOf(manifest)) ? manifest.layers : []
  },
  read: (_layer, bytes, image) =>
    readable(() => {
      const bundle = readObject(bytes, 'the bundle')
      // A bare message signature holds no statement: what it signs is the manifest of the image itself
      return { kind: 'bundle', bundle, ...('messageSignature' in bundle && { artifact: image }) }
    }),
}
