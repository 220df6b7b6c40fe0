import { ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { onTestFinished } from 'vitest'
import { sqsQueue } from '../../lambda/queue/sqs.ts'
import { pushesOf } from '../../lambda/sources/parse.ts'
import { startAws } from '../../local/aws/aws.ts'
import { testQueue } from '../contracts/queue.ts'
import { temporaryFolder } from '../local/temporary-folder.ts'
import { memoryQueue } from '../memory/queue.ts'

testQueue('memory', async () => {
  const now = () => new Date('2026-11-22T12:00:00Z')
  const { queue, peek, done } = memoryQueue(now)
  return {
    queue,
    received: async () => {
      const seen = []
      for (let message = peek(); message !== undefined; message = peek()) {
        seen.push(message)
        done(message)
      }
      return {
        pushes: seen.flatMap((message) => (message.to === 'verify' ? [message.push] : [])),
        acts: seen.flatMap((message) => (message.to === 'act' ? [message.image] : [])),
      }
    },
  }
})

testQueue('SQS', async () => {
  const aws = await startAws({ dir: temporaryFolder() })
  onTestFinished(() => aws.close())
  const { verify, act } = aws.queues
  const bodies = async (url: string) => {
    const { Messages = [] } = await aws.sqs.send(new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }))
    return Messages.map(({ Body = '' }) => JSON.parse(Body))
  }
  return {
    queue: sqsQueue(aws.sqs, { verify: verify.url, act: act.url }, () => new Date()),
    received: async () => ({
      pushes: (await bodies(verify.url)).flatMap((body) => {
        const parsed = pushesOf(body, [])
        return 'pushes' in parsed ? parsed.pushes : []
      }),
      acts: await bodies(act.url),
    }),
  }
})
