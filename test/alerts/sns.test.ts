import { SNSClient } from '@aws-sdk/client-sns'
import { describe, expect, it } from 'vitest'
import { snsAlerts } from '../../lambda/alerts/sns.ts'
import { Misconfigured, Unavailable } from '../../lambda/errors.ts'
import { HOST, ID, NOW } from '../core/records.ts'
import { answering } from '../memory/answering.ts'

const alert = {
  event: 'failed',
  image: `${HOST}/prod/app:v1`,
  digest: ID.digest,
  state: 'failed',
  at: NOW,
  checks: [],
  tags: [],
} as const

describe('alerts on a topic', () => {
  it('are the e-mail, with what machines filter by beside it', async () => {
    const { client, sent } = answering(new SNSClient({ region: 'eu-west-1' }), () => ({ MessageId: '1' }))
    await snsAlerts(client, 'topic').publish(alert)
    const text = (StringValue: string) => ({ DataType: 'String', StringValue })
    expect(sent).toEqual([
      {
        TopicArn: 'topic',
        Subject: `Assay: ${HOST}/prod/app:v1 failed verification`,
        Message: expect.stringContaining('failed verification.'),
        MessageAttributes: {
          image: text(alert.image),
          state: text('failed'),
          event: text('failed'),
          at: text(NOW),
        },
      },
    ])
  })

  it.each([
    ['AuthorizationError', Misconfigured],
    ['NotFoundException', Misconfigured],
    ['ThrottledException', Unavailable],
    ['TimeoutError', Unavailable],
  ])('an answer of %s is an outage or a mistake of ours, never silence', async (name, kind) => {
    const { client } = answering(new SNSClient({ region: 'eu-west-1' }), () => {
      throw Object.assign(new Error('no'), { name })
    })
    await expect(snsAlerts(client, 'topic').publish(alert)).rejects.toThrow(kind)
  })
})
