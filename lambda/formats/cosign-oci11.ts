import type { ImageManifest } from '../core/manifest.ts'
import { artifactTypeOf, type Format } from './format.ts'
import { isLegacyLayer, legacyBundle } from './legacy-bundle.ts'

const ARTIFACT = /^application\/vnd\.dev\.cosign\.artifact\.(?:sig|att)\.v1\+json$/

/** The layers of a legacy signature in an untagged manifest with a subject: cosign 2 with `--registry-referrers-mode=oci-1-1`. */
export const cosignOci11: Format = {
  name: 'cosign-oci11',
  tagSuffixes: [],
  announces: ARTIFACT,
  artifactTypes: ['application/vnd.dev.cosign.artifact.sig.v1+json', 'application/vnd.dev.cosign.artifact.att.v1+json'],
  layers: (manifest) => (isCosignArtifact(manifest) ? manifest.layers.filter(isLegacyLayer) : []),
  read: legacyBundle,
}

export function isCosignArtifact(manifest: ImageManifest): boolean {
  return ARTIFACT.test(artifactTypeOf(manifest))
}
