import { SIGN_V1 } from '../core/evidence.ts'

/** What the matching policies ask for: image signatures, attestations of these predicate types, the image config. */
export type Wanted = {
  readonly signature: boolean
  readonly predicateTypes: readonly string[]
  readonly config: boolean
}

/** The rank of what is said to be of a kind that nobody asks for. */
export const OTHER_KIND = 3

/**
 * How early something is read by what its annotation says of its predicate type; the least first.
 * Annotations are nobody's word: they order what is read, and never decide what counts.
 */
export function hintRank(hint: string | undefined, { signature, predicateTypes }: Omit<Wanted, 'config'>): number {
  if (hint === undefined) return 1
  const wanted = hint === SIGN_V1 ? signature : predicateTypes.includes(hint)
  return wanted ? 0 : OTHER_KIND
}
