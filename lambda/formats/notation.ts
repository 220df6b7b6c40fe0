import { artifactTypeOf, type Format } from './format.ts'

// https://github.com/notaryproject/specifications/blob/main/specs/signature-specification.md
const SIGNATURE = /^application\/vnd\.cncf\.notary\.signature$/

/** Signatures of the Notary Project. They are seen and named, so that nobody takes the image for an unsigned one; judged they are not yet. */
export const notation: Format = {
  name: 'notation',
  tagSuffixes: [],
  announces: SIGNATURE,
  artifactTypes: [],
  layers: (manifest) => (SIGNATURE.test(artifactTypeOf(manifest)) ? manifest.layers : []),
  read: () => ({ kind: 'unreadable', fault: 'unsupported', detail: 'a Notation signature' }),
}
