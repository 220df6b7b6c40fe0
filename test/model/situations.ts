import { type Budget, type Deed, NONE, type Situation } from './situation.ts'

/** One thing that may go on in a registry and around the code. Two of them make a situation. */
type Trait = {
  readonly name: string
  readonly deeds?: readonly Deed[]
  readonly earlier?: readonly Deed[]
  readonly budget?: Partial<Budget>
  readonly workers?: number
}

const pushA: Deed = { do: 'push', image: 'A', tag: 'v1' }

/** Where they push nothing, or are about A and do not push it, A is pushed under v1. */
const TRAITS: readonly Trait[] = [
  { name: 'push A (bad)', deeds: [pushA] },
  { name: 'push A again', deeds: [pushA, { ...pushA, follows: 0 }] },
  {
    name: 'push B (good)',
    deeds: [
      { do: 'push', image: 'B', tag: 'v1' },
      { do: 'sign', image: 'B', follows: 0 },
    ],
  },
  { name: 'late signature', deeds: [{ do: 'sign', image: 'A' }] },
  { name: 'crash', budget: { crash: 1 } },
  { name: 'duplicate', budget: { duplicate: 1 } },
  { name: 'lost event', budget: { lose: 1 } },
  { name: 'two workers', workers: 2 },
  { name: 'release', earlier: [pushA], deeds: [{ do: 'sign', image: 'A' }] },
  {
    name: 'waiver',
    deeds: [
      { do: 'waive', image: 'A' },
      { do: 'revoke', image: 'A', follows: 0 },
    ],
  },
  {
    name: 'two tags',
    deeds: [
      { do: 'push', image: 'A', tag: 'v1' },
      { do: 'push', image: 'A', tag: 'v2' },
    ],
  },
]

function both(one: Trait, other: Trait): Situation {
  const earlier = [...(one.earlier ?? []), ...(other.earlier ?? [])]
  const deeds = [...shifted(one.deeds), ...shifted(other.deeds, one.deeds?.length)]
  const all = [...deeds, ...earlier]
  const pushed = all.flatMap((deed) => (deed.do === 'push' ? [deed.image] : []))
  const isThere =
    pushed.includes('A') || (pushed.length > 0 && !all.some((deed) => 'image' in deed && deed.image === 'A'))
  return {
    name: `${one.name} x ${other.name}`,
    earlier,
    deeds: isThere ? deeds : [...deeds, pushA],
    budget: { ...NONE, ...one.budget, ...other.budget },
    workers: Math.max(one.workers ?? 1, other.workers ?? 1),
  }
}

/** Deeds that come after others in a list. */
function shifted(deeds: readonly Deed[] = [], by = 0): Deed[] {
  return deeds.map((deed) => (deed.follows === undefined ? deed : { ...deed, follows: deed.follows + by }))
}

export const PAIRS: readonly Situation[] = TRAITS.flatMap((one, at) =>
  TRAITS.slice(at + 1).map((other) => both(one, other)),
)

/** All of it at once, and what is left out above: too much to be exhausted. */
export const PRODUCT: Situation = {
  name: 'the product',
  deeds: [
    pushA,
    { do: 'push', image: 'A', tag: 'v2' },
    { do: 'push', image: 'B', tag: 'v1' },
    { do: 'sign', image: 'B', follows: 2 },
    { do: 'junk', image: 'A' },
    { do: 'sign', image: 'A' },
    { do: 'waive', image: 'A' },
    { do: 'revoke', image: 'A', follows: 6 },
    pushA,
  ],
  budget: { crash: 2, duplicate: 2, lose: 1, outage: 2, tick: 2, sweep: 2 },
  workers: 3,
  echo: true,
}
