import { fitting } from '../fitting.ts'
import type { BaseFacts, PlatformFacts } from './base-facts.ts'

/** An item stays far below DynamoDB's 400 kB, whatever is found of 64 platforms: of so many bytes is this part, or as few as it can have. */
const MAX_BYTES = 100_000
/** How much of each platform is kept. `beneath`: no more than it is noted by, MAX_WAVES. */
type Most = { readonly whole: number; readonly listed: number; readonly text: number; readonly beneath: number }
const USUAL: Most = { whole: 8, listed: 10, text: 300, beneath: 8 }
const FEWER: Most = { whole: 1, listed: 5, text: 200, beneath: 8 }
const FEWEST: Most = { whole: 0, listed: 1, text: 50, beneath: 8 }

/** The facts of a base as an image's item keeps them; the transcript has all of them. */
export function keptBaseFacts(facts: BaseFacts): BaseFacts {
  return fitting([() => kept(facts, USUAL), () => kept(facts, FEWER), () => kept(facts, FEWEST)], MAX_BYTES)
}

function kept({ platforms, ...weakest }: BaseFacts, most: Most): BaseFacts {
  const rest = platforms.map((one, index) => (index < most.whole ? shortened(one, most) : withoutDetails(one, most)))
  return { ...shortened(weakest, most), platforms: rest }
}

function shortened<Facts extends Omit<PlatformFacts, 'platform'>>(facts: Facts, most: Most): Facts {
  const { changes, claims, beneath, by, message } = facts
  const { listed } = most
  return {
    ...facts,
    message: short(message, most),
    ...(by && { by: by.slice(0, listed) }),
    ...(beneath && { beneath: beneath.slice(0, most.beneath) }),
    ...(claims && {
      claims: claims.slice(0, listed).map(({ from, image, outcome, detail }) => {
        return { from, image, outcome, detail: short(detail, most) }
      }),
    }),
    ...(changes && {
      changes: {
        ...changes,
        unexpected: changes.unexpected.slice(0, listed),
        setuidAdded: changes.setuidAdded.slice(0, listed),
      },
    }),
  }
}

function withoutDetails(known: PlatformFacts, most: Most): PlatformFacts {
  const { changes: _, claims: __, replaced, ...facts } = shortened(known, most)
  const material = replaced?.material && { ...replaced.material, listed: [] }
  return { ...facts, ...(replaced && { replaced: { ...replaced, ...(material && { material }) } }) }
}

function short(text: string, { text: longest }: Most): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1).toWellFormed()}…`
}
