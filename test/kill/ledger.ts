import type { PushedImage } from '../../local/signing/image.ts'

/** An image whose push was answered. `signed`: whether a signature's push was answered, or sent and never answered. */
export type Entry = { readonly image: PushedImage; signed: 'no' | 'perhaps' | 'yes' }

/** A tag and the images that were put there, oldest first. */
export type Tag = {
  readonly name: string
  readonly tag: string
  readonly entries: Entry[]
  /** The last push was sent and never answered: what is there now is not known. */
  unanswered: boolean
}

/** What a client was told: all that must not be lost. */
export type Ledger = {
  readonly tags: readonly Tag[]
  readonly counts: { answered: number; unanswered: number }
}

const REPOSITORIES = 6
const TAGS = 8

export function newLedger(): Ledger {
  const tags = Array.from({ length: REPOSITORIES * TAGS }, (_, n): Tag => {
    return {
      name: `demo/r${n % REPOSITORIES}`,
      tag: `v${Math.floor(n / REPOSITORIES)}`,
      entries: [],
      unanswered: false,
    }
  })
  return { tags, counts: { answered: 0, unanswered: 0 } }
}
