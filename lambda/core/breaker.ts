import { type Digest, type ImageId, repositoryOf } from './image.ts'
import type { BreakerLimits } from './policy/policy.ts'

/** What holds quarantining as a whole: a person who disarmed it, or the breaker. One item of the table. */
export type Safety = {
  readonly version: number
  /** While it is there nothing is taken. */
  readonly disarmed?: ByPerson
  /** The images quarantined in the last ten minutes. */
  readonly recent: readonly Recent[]
  /** While it is there nothing is taken; `told`: whether people know. */
  readonly tripped?: { readonly at: string; readonly why: string; readonly told: boolean }
  /** The last time a person closed the breaker again, or armed what was disarmed. */
  readonly resumed?: ByPerson
  readonly armed?: ByPerson
}
/** Who did it, why and when. */
export type ByPerson = { readonly by: string; readonly reason: string; readonly at: string }
type Recent = { readonly repository: string; readonly digest: Digest; readonly at: string }

/** An installation in which nobody has done anything yet. */
export const UNTOUCHED: Safety = { version: 0, recent: [] }

const WINDOW_MS = 10 * 60_000
/** A share says nothing of a repository of which fewer images were taken. */
const FEWEST = 10

/** What keeps every tag where it is. */
export function heldBy({ disarmed, tripped }: Safety): 'disarmed' | 'stopped' | undefined {
  if (disarmed !== undefined) return 'disarmed'
  return tripped === undefined ? undefined : 'stopped'
}

/**
 * Counts an image as quarantined, or trips the breaker: nothing more is taken until a person has looked. An image counts once in
 * ten minutes, however often it is tried. `known`: how many images its repository has. Undefined: it is counted already.
 */
export function admit(
  safety: Safety,
  image: ImageId,
  known: number,
  limits: BreakerLimits,
  now: string,
): Safety | undefined {
  const repository = repositoryOf(image)
  const recent = recentOf(safety, now)
  if (recent.some((one) => one.repository === repository && one.digest === image.digest)) return undefined
  const trip = (why: string): Safety => ({ ...safety, recent, tripped: { at: now, why, told: false } })
  if (recent.length >= limits.images) {
    return trip(
      `with ${repository}@${image.digest} more than ${limits.images} images would be quarantined in ten minutes`,
    )
  }
  const here = recent.filter((one) => one.repository === repository).length + 1
  if (here >= FEWEST && here * 100 > known * limits.percent) {
    return trip(`${here} of the ${known} images of ${repository} in ten minutes are more than ${limits.percent} %`)
  }
  return { ...safety, recent: [...recent, { repository, digest: image.digest, at: now }] }
}

/** The breaker closed again by a person; it counts anew. */
export function withResumed(safety: Safety, resumed: ByPerson): Safety {
  return { ...safety, tripped: undefined, recent: [], resumed }
}

/** Armed again. */
export function withArmed(safety: Safety, armed: ByPerson): Safety {
  return { ...safety, disarmed: undefined, armed }
}

function recentOf({ recent }: Safety, now: string): readonly Recent[] {
  return recent.filter(({ at }) => Date.parse(now) - Date.parse(at) < WINDOW_MS)
}
