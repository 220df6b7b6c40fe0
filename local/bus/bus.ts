import type { EventPattern } from './event-pattern.ts'
import { matches } from './pattern.ts'
import { validatePattern } from './validate-pattern.ts'

/** Sends the events that match a pattern to a target. */
export type Rule<Event> = {
  readonly name: string
  readonly pattern: EventPattern
  readonly target: (event: Event) => Promise<void>
}

/** The local stand-in for the default event bus; throws BadInput for a pattern EventBridge would refuse. */
export function createBus<Event>(rules: readonly Rule<Event>[]) {
  for (const { pattern } of rules) validatePattern(pattern)

  return {
    /** Hands the event to every matching rule's target; gives how many, or throws what a target threw when all are done. */
    async put(event: Event): Promise<number> {
      const matching = rules.filter(({ pattern }) => matches(pattern, event))
      const outcomes = await Promise.allSettled(matching.map((rule) => deliver(rule, event)))
      const failed = outcomes.find((outcome) => outcome.status === 'rejected')
      if (failed !== undefined) throw failed.reason
      return matching.length
    },
  }
}

async function deliver<Event>({ name, target }: Rule<Event>, event: Event): Promise<void> {
  try {
    await target(event)
  } catch (cause) {
    throw new Error(`the target of rule "${name}" failed`, { cause })
  }
}
