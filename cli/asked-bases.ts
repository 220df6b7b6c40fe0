import type { ImageId } from '../lambda/core/image.ts'
import { asksBase, asksContents } from '../lambda/core/policy/authorities.ts'
import { policiesFor } from '../lambda/core/policy/match.ts'
import type { BaseImage, PolicySet } from '../lambda/core/policy/policy.ts'

/**
 * The BaseImages that the policies of an image go by; none where none of them asks what it stands on. What an image holds is told by its
 * layers as well, which are read where it stands on a base.
 */
export function askedBases(set: PolicySet, image: ImageId): readonly BaseImage[] {
  const policies = policiesFor(set, image)
  const rules = policies.flatMap(({ base }) => base ?? [])
  const isAny = policies.some((one) => asksBase(one) || asksContents(one))
  if (isAny || rules.some(({ from }) => from.length === 0)) return set.bases
  const named = new Set(rules.flatMap(({ from }) => from))
  return set.bases.filter(({ name }) => named.has(name))
}
