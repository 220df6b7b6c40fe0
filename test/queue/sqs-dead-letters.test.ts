import { DeleteMessageCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import { expect, it, onTestFinished } from 'vitest'
import { ENV } from '../../lambda/env.ts'
import { Unavailable } from '../../lambda/errors.ts'
import { deadLetterQueues, sqsDeadLetters } from '../../lambda/queue/sqs-dead-letters.ts'
import { startAws } from '../../local/aws/aws.ts'
import { temporaryFolder } from '../local/temporary-folder.ts'

/** The local queues, with so many dead messages of `verify`. */
async function withDead(count: number) {
  const aws = await startAws({ dir: temporaryFolder() })
  onTestFinished(() => aws.close())
  const queues = deadLetterQueues(aws.env[ENV.deadLetters] ?? '')
  const { dead = '', target = '' } = queues.verify ?? {}
  for (let n = 0; n < count; n++) {
    await aws.sqs.send(new SendMessageCommand({ QueueUrl: dead, MessageBody: `message ${n}` }))
  }
  const bodies = async () => {
    const seen: string[] = []
    for (;;) {
      const read = { QueueUrl: target, MaxNumberOfMessages: 10 }
      const { Messages = [] } = await aws.sqs.send(new ReceiveMessageCommand(read))
      if (Messages.length === 0) return seen
      for (const { Body = '', ReceiptHandle } of Messages) {
        seen.push(Body)
        await aws.sqs.send(new DeleteMessageCommand({ QueueUrl: target, ReceiptHandle }))
      }
    }
  }
  return { aws, queues, letters: sqsDeadLetters(aws.sqs, queues), bodies }
}

const all = (count: number) => Array.from({ length: count }, (_, n) => `message ${n}`).toSorted()

it('puts dead messages back on their queue, as many as asked for, and counts what lies where', async () => {
  const { letters, bodies } = await withDead(13)
  expect(letters.queues).toEqual(['verify', 'act'])
  expect(await letters.counts()).toContainEqual({ queue: 'verify', waiting: 0, dead: 13 })
  expect(await letters.redrive('verify', 12)).toBe(12)
  expect(await letters.counts()).toContainEqual({ queue: 'verify', waiting: 12, dead: 1 })
  expect(await letters.redrive('verify', 100)).toBe(1)
  expect(await letters.redrive('verify', 100)).toBe(0)
  expect((await bodies()).toSorted()).toEqual(all(13))
})

it('leaves a message twice, never nowhere, where it is stopped half-way', async () => {
  const { aws, queues, bodies } = await withDead(3)
  let left = 1
  const send = aws.sqs.send.bind(aws.sqs)
  const stopping = Object.assign(Object.create(aws.sqs), {
    send: (command: Parameters<typeof send>[0]) => {
      if (command instanceof DeleteMessageCommand && left-- === 0) return Promise.reject(new Error('gone'))
      return send(command)
    },
  })
  await expect(sqsDeadLetters(stopping, queues).redrive('verify', 10)).rejects.toBeInstanceOf(Unavailable)
  expect((await bodies()).toSorted()).toEqual(['message 0', 'message 1'])
  expect((await sqsDeadLetters(aws.sqs, queues).counts())[0]?.dead).toBeLessThanOrEqual(2)
})
