import type { Format } from './format.ts'
import { DSSE_LAYER, legacyBundle, SIMPLE_SIGNING_LAYER } from './legacy-bundle.ts'

/**
 * Signatures as cosign 1 and 2 write them: one layer each in a manifest at the tag `sha256-<hex>.sig` or `.att`,
 * or in an untagged manifest with a subject (cosign 2, experimental OCI 1.1).
 */
export const cosignLegacy: Format = {
  name: 'cosign-legacy',
  tags: (image) => ['sig', 'att'].map((suffix) => `${image.replace(':', '-')}.${suffix}`),
  announces: /^application\/vnd\.dev\.cosign\.artifact\.(?:sig|att)\.v1\+json$/,
  layers: (manifest) =>
    manifest.layers.filter(({ mediaType }) => [SIMPLE_SIGNING_LAYER, DSSE_LAYER].includes(mediaType)),
  read: legacyBundle,
}
