import type { OnlyBase } from '../verdict.ts'
import { findingsOf, type Judged } from './judged.ts'

/** By what is missed, from what may pass by itself to what will not; whatever else is missed is no matter of the base. */
const KINDS: readonly (readonly [reason: string, kind: OnlyBase])[] = [
  ['base-not-judged', 'awaited'],
  ['base-outdated', 'outdated'],
  ['base-too-old', 'too-old'],
  ['base-unverified', 'unverified'],
  ['base-missing', 'unverified'],
]

/** Whether all that enforcing policies miss is a matter of the base, and of which kind: the last of these kinds, where there are several. */
export function whyOnlyBase(enforcing: readonly Judged[]): OnlyBase | undefined {
  const places = enforcing
    .flatMap(({ groups }) => groups.filter(({ passed }) => !passed))
    .flatMap((group) => findingsOf({ groups: [group] }).filter(({ met }) => !met))
    .map(({ reason }) => KINDS.findIndex(([known]) => known === reason))
  return places.includes(-1) ? undefined : KINDS[Math.max(...places)]?.[1]
}
