import type { Push } from '../../lambda/core/push.ts'
import { HOST } from '../memory/world.ts'
import type { Message, State } from './state.ts'
import { iso } from './time.ts'

/** The message in which a registry, or we ourselves, tell of something. */
export function event({ clock }: State, push: Pick<Push, 'kind' | 'name' | 'digest' | 'tag'>): Message {
  const source = push.kind === 'recheck' ? 'recheck' : 'ecr'
  // Nobody looks at the time of a recheck
  const at = push.kind === 'recheck' ? '' : iso(clock)
  return { to: 'verify', push: { id: 'event', source, host: HOST, ...push, at } }
}
