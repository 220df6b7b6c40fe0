import type { UnsignedFormat } from './format.ts'

/** SBOMs that `cosign attach sbom` put at the tag `sha256-<hex>.sbom`, unsigned. */
export const sbomTag: UnsignedFormat = {
  name: 'sbom-tag',
  tagSuffixes: ['.sbom'],
  isChild: () => false,
  types: ({ layers }) => layers.map(({ mediaType }) => mediaType),
}
