import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { startFauxqs } from 'fauxqs'

/** How many messages of a queue wait, wait for their delay, or are with a reader. */
export type Backlog = { readonly ready: number; readonly delayed: number; readonly inFlight: number }

export type Held = { readonly body: string; readonly receiptHandle: string }

export interface Messaging {
  readonly url: string
  backlog(queue: string): Backlog
  /** The messages that readers hold. */
  held(queue: string): readonly Held[]
  close(): Promise<void>
}

const LISTEN = 'tracing:net.server.listen:asyncStart'

/** Starts fauxqs, which stands for SNS, SQS and S3, on loopback with its data in a folder. */
export async function startMessaging(dataDir: string): Promise<Messaging> {
  subscribe(LISTEN, onLoopback)
  const server = await startFauxqs({ port: 0, logger: false, dataDir }).finally(() => unsubscribe(LISTEN, onLoopback))
  const messages = (queue: string) => server.inspectQueue(queue)?.messages ?? { ready: [], delayed: [], inflight: [] }
  return {
    url: `http://127.0.0.1:${server.port}`,
    backlog(queue) {
      const { ready, delayed, inflight } = messages(queue)
      return { ready: ready.length, delayed: delayed.length, inFlight: inflight.length }
    },
    held: (queue) =>
      messages(queue).inflight.map(({ message, receiptHandle }) => ({ body: message.body, receiptHandle })),
    close: () => server.stop(),
  }
}

// fauxqs always listens on every interface and has no option for it; Node publishes the options before it binds.
function onLoopback(message: unknown): void {
  const { options } = message as { options: { host?: string } }
  if (options.host === '0.0.0.0') options.host = '127.0.0.1'
}
