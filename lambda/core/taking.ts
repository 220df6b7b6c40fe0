/**
 * The steps by which a tag is taken, in the only order that loses nothing whatever happens between any two of them:
 * - save: the manifest is kept as evidence
 * - keep: the quarantine tag is put on the image and seen there; without it, taking the last tag deletes the image (rule 5)
 * - claim: the tag is written down as taken, if verdict, lease and waiver still say so (rule 4)
 * - look: the tag is read again; on another image it is not ours to take (I1)
 * - take: compare-and-delete by tag and digest; or a tombstone is put over it
 * - verify: the image is seen to be there still, or put back at once
 * - occupy: a tombstone is put where the tag was, if that is asked for
 * - mark: people are told, then the tag is marked as quarantined (rule 10)
 */
export const TAKING = ['save', 'keep', 'claim', 'look', 'take', 'verify', 'occupy', 'mark'] as const
export type TakingStep = (typeof TAKING)[number]
