import type { ImageId } from '../../lambda/core/image.ts'
import type { Push } from '../../lambda/core/push.ts'
import type { Clock, WorkQueue } from '../../lambda/ports.ts'

/** A message: a registry's push, or our own request to verify or to act. */
export type Message =
  | { readonly to: 'verify'; readonly push: Push; readonly at: number }
  | { readonly to: 'act'; readonly image: ImageId; readonly at: number }

/** SQS in memory: delays by the injected clock, and a message stays until it is taken off. */
export function memoryQueue(now: Clock) {
  const messages: Message[] = []
  const queue: WorkQueue = {
    verify: async ({ host, name, digest }, delay) => {
      const at = now().toISOString()
      const push: Push = { id: 'recheck', source: 'recheck', kind: 'recheck', host, name, digest, at }
      messages.push({ to: 'verify', push, at: now().getTime() + delay * 1000 })
    },
    observe: async ({ host, name, tag, digest }) => {
      const at = now().toISOString()
      const push: Push = {
        id: 'recheck',
        source: 'recheck',
        kind: 'push',
        host,
        name,
        tag,
        at,
        ...(digest && { digest }),
      }
      messages.push({ to: 'verify', push, at: now().getTime() })
    },
    act: async ({ host, name, digest }) =>
      void messages.push({ to: 'act', image: { host, name, digest }, at: now().getTime() }),
  }
  return {
    queue,
    messages,
    send: (push: Push) => void messages.push({ to: 'verify', push, at: now().getTime() }),
    /** The oldest message that may be seen now; it stays on the queue. */
    peek: () => messages.find(({ at }) => at <= now().getTime()),
    done: (message: Message) => void messages.splice(messages.indexOf(message), 1),
    /** It was not done: it comes again after some seconds. */
    again: (message: Message, seconds: number) => {
      messages.splice(messages.indexOf(message), 1)
      messages.push({ ...message, at: now().getTime() + seconds * 1000 })
    },
  }
}
