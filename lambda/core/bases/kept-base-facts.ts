import type { BaseFacts, PlatformFacts } from './base-facts.ts'

/** An item stays far below DynamoDB's 400 kB: so many platforms are kept with all that is known, and so many changes of each. */
const MAX_WHOLE = 8
const MAX_CHANGES = 10

/** The facts of a base as an image's item keeps them; the transcript has all of them. */
export function keptBaseFacts({ platforms, ...weakest }: BaseFacts): BaseFacts {
  const kept = platforms.map((one, index) => (index < MAX_WHOLE ? shortened(one) : withoutDetails(one)))
  return { ...shortened(weakest), platforms: kept }
}

function shortened<Facts extends Pick<PlatformFacts, 'changes'>>(facts: Facts): Facts {
  const { changes } = facts
  if (changes === undefined) return facts
  const [unexpected, setuidAdded] = [
    changes.unexpected.slice(0, MAX_CHANGES),
    changes.setuidAdded.slice(0, MAX_CHANGES),
  ]
  return { ...facts, changes: { ...changes, unexpected, setuidAdded } }
}

function withoutDetails(known: PlatformFacts): PlatformFacts {
  const { changes: _, claims: __, ...facts } = known
  return facts
}
