import type { OnlyBase } from '../verdict.ts'
import { findingsOf, type Judged } from './judged.ts'

/** Whether all that enforcing policies miss is a matter of the base, and of which kind; a missed signature of the image itself is not. */
export function whyOnlyBase(enforcing: readonly Judged[]): OnlyBase | undefined {
  const reasons = enforcing
    .flatMap(({ groups }) => groups.filter(({ passed }) => !passed))
    .flatMap((group) => findingsOf({ groups: [group] }).filter(({ met }) => !met))
    .map(({ reason }) => reason)
  if (reasons.every((reason) => reason === 'base-outdated')) return 'outdated'
  return reasons.every((reason) => LOST.includes(reason)) ? 'unverified' : undefined
}

const LOST: readonly string[] = ['base-outdated', 'base-unverified', 'base-missing']
