import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type Messaging, startMessaging } from '../../../local/aws/messaging.ts'
import { startEventSource } from '../../../local/runtime/event-source.ts'
import type { LambdaFunction } from '../../../local/runtime/function.ts'
import type { QueueReader } from '../../../local/runtime/queue-reader.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { testFunction } from './probe-function.ts'

type Bench = {
  readonly messaging: Messaging
  readonly send: (...bodies: string[]) => Promise<void>
  readonly client: SQSClient
  readonly start: (target: LambdaFunction, log?: (line: string) => void) => QueueReader
}

/** A queue that gives an unsettled message back at once and up after the second try, with its dead letters in `dead`. */
async function bench(): Promise<Bench> {
  const messaging = await startMessaging(temporaryFolder())
  onTestFinished(() => messaging.close())
  const client = new SQSClient({
    endpoint: messaging.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  const queueArn = 'arn:aws:sqs:us-east-1:000000000000:work'
  const redrive = { deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:dead', maxReceiveCount: 2 }
  await client.send(new CreateQueueCommand({ QueueName: 'dead' }))
  const Attributes = { VisibilityTimeout: '0', RedrivePolicy: JSON.stringify(redrive) }
  await client.send(new CreateQueueCommand({ QueueName: 'work', Attributes }))
  const url = `${messaging.url}/000000000000/work`
  return {
    messaging,
    client,
    async send(...bodies) {
      for (const MessageBody of bodies) await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody }))
    },
    start(target, log = () => {}) {
      const source = startEventSource({
        client,
        url,
        queueArn,
        function: target,
        batch: 10,
        concurrency: 1,
        log,
      })
      onTestFinished(() => source.close())
      return source
    },
  }
}

const empty = { ready: 0, delayed: 0, inFlight: 0 }

test('of a batch only the failed messages come again, and after the last try they are dead letters', async () => {
  const { messaging, send, start } = await bench()
  const lines: string[] = []
  await send('good', 'fail', 'fine')
  start(testFunction({ module: 'batch', log: (line) => lines.push(line) }))
  await vi.waitFor(() => expect(messaging.backlog('dead').ready).toBe(1), 10_000)
  expect(messaging.backlog('work')).toEqual(empty)
  expect(lines).toEqual(['good 1', 'fail 1', 'fine 1', 'fail 2'])
})

test.each(['throw', 'spin'])('a handler that %ss settles none of its batch', async (deed) => {
  const { messaging, send, start } = await bench()
  await send('good', deed)
  start(testFunction({ module: 'batch', timeout: 0.3 }))
  await vi.waitFor(() => expect(messaging.backlog('dead').ready).toBe(2), 10_000)
  expect(messaging.backlog('work')).toEqual(empty)
})

test('closing waits for what is in hand and takes nothing more', async () => {
  const { messaging, send, start } = await bench()
  const target = testFunction({ module: 'batch', timeout: 0.5 })
  const source = start(target)
  await send('spin')
  await vi.waitUntil(() => target.running() === 1)
  const closing = source.close()
  await send('later')
  await closing
  expect(target.running()).toBe(0)
  await vi.waitFor(() => expect(messaging.backlog('work')).toEqual({ ready: 1, delayed: 0, inFlight: 1 }))
})

test('closing does not wait for a look at an empty queue', async () => {
  const { messaging, send, start } = await bench()
  const source = start(testFunction({ module: 'batch' }))
  await send('good')
  await vi.waitFor(() => expect(messaging.backlog('work')).toEqual(empty), 5000)
  await source.close()
})

test('an outage of the queue is logged and waited out', async () => {
  const { messaging, client, send, start } = await bench()
  let outages = 1
  client.middlewareStack.add(
    (next) => (args) => {
      if (outages-- > 0) throw new Error('no route to queue')
      return next(args)
    },
    { step: 'initialize' },
  )
  const lines: string[] = []
  start(testFunction({ module: 'batch' }), (line) => lines.push(line))
  await vi.waitFor(() => expect(lines).toEqual([expect.stringContaining('no route to queue')]))
  await send('good')
  await vi.waitFor(() => expect(messaging.backlog('work')).toEqual(empty), 5000)
})
