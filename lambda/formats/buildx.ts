import type { UnsignedFormat } from './format.ts'

const IN_TOTO = 'application/vnd.in-toto+json'

/**
 * Provenance and SBOMs that BuildKit writes into the index of an image, one manifest a platform. Nobody signs them.
 * https://github.com/moby/buildkit/blob/master/docs/attestations/attestation-storage.md
 */
export const buildx: UnsignedFormat = {
  name: 'buildx',
  tagSuffixes: [],
  isChild: ({ annotations }) => annotations['vnd.docker.reference.type'] === 'attestation-manifest',
  types: ({ layers }) =>
    layers
      .filter(({ mediaType }) => mediaType === IN_TOTO)
      .map(({ annotations }) => annotations['in-toto.io/predicate-type'] ?? IN_TOTO),
}
