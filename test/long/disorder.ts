import { formatImage } from '../../lambda/core/image.ts'
import type { Push } from '../../lambda/core/push.ts'
import type { FullTagger } from '../../lambda/ports.ts'
import { type Random, randomOf } from '../hostile/random.ts'
import { echoing } from '../memory/echo.ts'
import { replayAll } from '../memory/replay-all.ts'
import { HOST, type Memory, memory, policies } from '../memory/world.ts'
import { findDeviations } from './deviations.ts'
import { GRACE, makeStories, type Story } from './stories.ts'
import { type Moment, runWorkers } from './workers.ts'

export type Disorder = {
  readonly seed: number
  readonly events: number
  /** Each event is delivered once, or up to so many times. */
  readonly copies: number
  /** What the code runs over. */
  readonly surroundings: Parameters<typeof memory>[0]
}

/** As many are quarantined as there are bad ones. */
const ENFORCED = 'onFailure: quarantine, breaker: { images: 1000, percent: 100 }'

/** Tells stories by events that come late, often and out of order, to workers that all work at once; finds what did not end as it should, or not once. */
export async function disorder({ seed, events, copies, surroundings }: Disorder) {
  const random = randomOf(seed, 0)
  const outside = await memory({ ...surroundings, policies: policies(ENFORCED) })
  const length = Math.max(3600, events)
  const stories = makeStories(random, events, length)
  const deliveries = stories.flatMap((story) => momentsOf(outside, story, random, copies, length))
  const taken: string[] = []
  const registry = { ...outside.registry, tagger: noting(outside.registry.tagger, taken) }
  const counts = await runWorkers(outside, echoing({ ...outside, registry }), deliveries, random)
  await replayAll(outside.world.store, outside.world.evidence)
  const endings = stories.flatMap((story) => story.endings)
  const deeds = stories.reduce((sum, story) => sum + story.deeds.length, 0)
  return {
    figures: {
      events: deeds,
      deliveries: deliveries.length - deeds,
      'messages worked on, with our own requests and the echo of our own writes': counts.messages,
      'calls of ports, interleaved': counts.calls,
      'tries that ended in an outage and came again': counts.retries,
      images: endings.length,
      'tags taken': taken.length,
      ...alertsOf(outside),
      'alerts: failed, beyond one for each image': repeated(outside),
    },
    deviations: await findDeviations(outside, endings, taken),
  }
}

/** A story's deeds, and the deliveries of their events: never before the deed, otherwise whenever the choices say. */
function momentsOf(
  outside: Memory,
  { deeds }: Story,
  random: Random,
  copies: number,
  length: number,
): readonly Moment[] {
  return deeds.flatMap(({ at, act }): readonly Moment[] => {
    let event: Push | undefined
    const happen = async () => {
      event = await act(outside)
    }
    const delivered = Array.from({ length: 1 + random.below(copies) }, () => {
      return { at: at + later(random, length), happen: () => event && outside.queue.send(event) }
    })
    return [{ at, happen }, ...delivered]
  })
}

/** Seconds until a copy comes: at once and together with others, when the grace is just over, or at any time of the run. */
function later({ below }: Random, length: number): number {
  return [0.001 + below(100) / 1000, GRACE + below(1000) / 1000, 0.001 + below(length)][below(3)] ?? 0
}

/** Notes every tag that is really taken. */
function noting(tagger: FullTagger, taken: string[]): FullTagger {
  return {
    ...tagger,
    remove: async (name, tag, digest) => {
      const outcome = await tagger.remove(name, tag, digest)
      if (outcome === 'removed') taken.push(formatImage({ host: HOST, name, tag, digest }))
      return outcome
    },
  }
}

function alertsOf({ published }: Memory): Readonly<Record<string, number>> {
  const events = [...new Set(published.map(({ event }) => event))].toSorted()
  return Object.fromEntries(
    events.map((event) => [`alerts: ${event}`, published.filter((alert) => alert.event === event).length]),
  )
}

function repeated({ published }: Memory): number {
  const failed = published.filter(({ event }) => event === 'failed').map(({ digest }) => digest)
  return failed.length - new Set(failed).size
}
