import type { ImageRef } from '../image.ts'
import { DEFAULT_ENFORCEMENT } from './compile.ts'
import { matchesImage, matchesReference, matchesTag } from './glob.ts'
import type { Enforcement, ImageGlob, Policy, PolicySet } from './policy.ts'

type Named = Pick<ImageRef, 'host' | 'name'>

// From the mildest to the strictest.
const ON_FAILURE: readonly Enforcement['onFailure'][] = ['observe', 'quarantine', 'archive']
const ON_DEGRADED: readonly Enforcement['onDegraded'][] = ['allow', 'alert', 'quarantine']

/** The policies an image must satisfy, all of them. `written` is the image as a person wrote it, where one did. */
export function policiesFor(set: PolicySet, image: ImageRef, written?: string): Policy[] {
  return set.policies.filter((policy) => coveringGlob(policy, image, written) !== undefined)
}

/** The first glob of a policy that covers an image. */
export function coveringGlob(
  { kind, images }: Pick<Policy, 'kind' | 'images'>,
  image: ImageRef,
  written?: string,
): ImageGlob | undefined {
  return images.find((glob) =>
    kind === 'ClusterImagePolicy' ? matchesReference(glob, image, written) : matchesImage(glob, image),
  )
}

/** What follows for an image: of several Enforcements the strictest action and the longest grace. */
export function enforcementFor(set: PolicySet, image: Named): Enforcement {
  const [first, ...others] = set.enforcements.filter((enforcement) => covers(enforcement, image))
  return first === undefined ? DEFAULT_ENFORCEMENT : others.reduce(stricter, first)
}

/** Whether a tag must never be taken. */
export function isProtected(enforcement: Enforcement, image: Named & { readonly tag: string }): boolean {
  return enforcement.protect.some((glob) => matchesTag(glob, image))
}

/** The environments the gate can be asked about, in order. */
export function environments(set: PolicySet): string[] {
  return [...new Set(set.enforcements.flatMap(({ environment }) => environment ?? []))].sort()
}

/** Whether an image belongs to an environment. */
export function inEnvironment(set: PolicySet, image: Named, environment: string): boolean {
  return set.enforcements.some((one) => one.environment === environment && covers(one, image))
}

function covers({ images }: Enforcement, image: Named): boolean {
  return images.some((glob) => matchesImage(glob, image))
}

function stricter(a: Enforcement, b: Enforcement): Enforcement {
  const { environment, ...both } = a
  return {
    ...both,
    name: `${a.name}+${b.name}`,
    images: [...a.images, ...b.images],
    // An image in two environments has no single one: ask inEnvironment.
    ...(environment !== undefined && environment === b.environment && { environment }),
    onFailure: strictest(ON_FAILURE, a.onFailure, b.onFailure),
    onDegraded: strictest(ON_DEGRADED, a.onDegraded, b.onDegraded),
    gracePeriod: Math.max(a.gracePeriod, b.gracePeriod),
    failFast: a.failFast || b.failFast,
    protect: [...a.protect, ...b.protect],
    tombstone: a.tombstone || b.tombstone,
    breaker: {
      images: Math.min(a.breaker.images, b.breaker.images),
      percent: Math.min(a.breaker.percent, b.breaker.percent),
    },
  }
}

function strictest<Word>(order: readonly Word[], a: Word, b: Word): Word {
  return order.indexOf(a) > order.indexOf(b) ? a : b
}
