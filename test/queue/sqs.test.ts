import { SQSClient } from '@aws-sdk/client-sqs'
import { describe, expect, it } from 'vitest'
import { Misconfigured, Unavailable } from '../../lambda/errors.ts'
import { sqsQueue } from '../../lambda/queue/sqs.ts'
import { MAX_DELAY } from '../../lambda/resources.ts'
import { pushesOf } from '../../lambda/sources/parse.ts'
import { ID, NOW, record } from '../core/records.ts'
import { answering } from '../memory/answering.ts'

function queue(answer: () => object = () => ({ MessageId: '1' })) {
  const { client, sent } = answering(new SQSClient({ region: 'eu-west-1' }), answer)
  const work = sqsQueue(client, { verify: 'verify-url', act: 'act-url' }, () => new Date(NOW))
  return { work, sent: sent as readonly { QueueUrl: string; MessageBody: string; DelaySeconds: number }[] }
}

describe('work on SQS', () => {
  it('asks to verify by a message that its source reads, and that holds nothing but the image', async () => {
    const { work, sent } = queue()
    await work.verify(record(), 0)
    expect(sent[0]?.QueueUrl).toBe('verify-url')
    const parsed = pushesOf(JSON.parse(sent[0]?.MessageBody ?? ''), [])
    expect(parsed).toMatchObject({ pushes: [{ kind: 'recheck', ...ID, at: NOW }] })
    expect(sent[0]?.MessageBody.length).toBeLessThan(300)
  })

  it('asks to act by the name of the image alone', async () => {
    const { work, sent } = queue()
    await work.act(record())
    expect(sent).toEqual([{ QueueUrl: 'act-url', MessageBody: JSON.stringify(ID), DelaySeconds: 0 }])
  })

  it.each([
    [0, 0],
    [0.2, 1],
    [600, 600],
    [MAX_DELAY, 900],
    [MAX_DELAY + 1, 900],
    [-5, 0],
  ])('a delay of %s s is %s s to SQS: never early, never more than it takes', async (delay, seconds) => {
    const { work, sent } = queue()
    await work.verify(ID, delay)
    expect(sent[0]?.DelaySeconds).toBe(seconds)
  })

  it.each([
    ['AccessDenied', Misconfigured],
    ['QueueDoesNotExist', Misconfigured],
    ['RequestThrottled', Unavailable],
  ])('an answer of %s is thrown as what it means to us', async (name, kind) => {
    const { work } = queue(() => {
      throw Object.assign(new Error('no'), { name })
    })
    await expect(work.act(ID)).rejects.toThrow(kind)
  })
})
