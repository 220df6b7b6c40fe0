import { isCosignArtifact } from './cosign-oci11.ts'
import type { Format } from './format.ts'
import { isLegacyLayer, legacyBundle } from './legacy-bundle.ts'

/** Signatures as cosign 1 and 2 write them: one layer each in a manifest at the tag `sha256-<hex>.sig` or `.att`. */
export const cosignLegacy: Format = {
  name: 'cosign-legacy',
  tagSuffixes: ['.sig', '.att'],
  artifactTypes: [],
  layers: (manifest) => (isCosignArtifact(manifest) ? [] : manifest.layers.filter(isLegacyLayer)),
  read: legacyBundle,
}
