import type { Message } from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import type { Outcome } from '../../../local/runtime/outcome.ts'
import { settled, toSqsEvent } from '../../../local/runtime/sqs-event.ts'

const arn = 'arn:aws:sqs:eu-west-1:111122223333:orders'

test('a message becomes a record as AWS writes it', () => {
  const message: Message = {
    MessageId: 'm1',
    ReceiptHandle: 'r1',
    Body: '{"a":1}',
    MD5OfBody: 'b1',
    MD5OfMessageAttributes: 'a1',
    Attributes: { ApproximateReceiveCount: '3', SentTimestamp: '17', SenderId: 'AID', MessageGroupId: 'g' },
    MessageAttributes: {
      kind: { DataType: 'String', StringValue: 'push' },
      raw: { DataType: 'Binary', BinaryValue: Uint8Array.of(1, 2, 255) },
    },
  }
  expect(toSqsEvent([message], arn)).toEqual({
    Records: [
      {
        messageId: 'm1',
        receiptHandle: 'r1',
        body: '{"a":1}',
        md5OfBody: 'b1',
        md5OfMessageAttributes: 'a1',
        attributes: {
          ApproximateReceiveCount: '3',
          ApproximateFirstReceiveTimestamp: '17',
          SentTimestamp: '17',
          SenderId: 'AID',
          MessageGroupId: 'g',
        },
        messageAttributes: {
          kind: { dataType: 'String', stringValue: 'push', stringListValues: [], binaryListValues: [] },
          raw: { dataType: 'Binary', binaryValue: 'AQL/', stringListValues: [], binaryListValues: [] },
        },
        eventSource: 'aws:sqs',
        eventSourceARN: arn,
        awsRegion: 'eu-west-1',
      },
    ],
  })
})

const messages: Message[] = [{ MessageId: 'a' }, { MessageId: 'b' }, { MessageId: 'c' }]
const answered = (answer: unknown): Outcome => ({ ok: true, payload: JSON.stringify(answer) })

test.each<[string, Outcome, string]>([
  ['null', answered(null), 'abc'],
  ['an empty object', answered({}), 'abc'],
  ['null failures', answered({ batchItemFailures: null }), 'abc'],
  ['no failures', answered({ batchItemFailures: [] }), 'abc'],
  ['one failure', answered({ batchItemFailures: [{ itemIdentifier: 'b' }] }), 'ac'],
  ['a failure named twice', answered({ batchItemFailures: [{ itemIdentifier: 'b' }, { itemIdentifier: 'b' }] }), 'ac'],
  ['an unknown message', answered({ batchItemFailures: [{ itemIdentifier: 'x' }] }), ''],
  ['an empty identifier', answered({ batchItemFailures: [{ itemIdentifier: '' }] }), ''],
  ['a null identifier', answered({ batchItemFailures: [{ itemIdentifier: null }] }), ''],
  ['another key', answered({ batchItemFailures: [{ messageId: 'b' }] }), ''],
  ['no list', answered({ batchItemFailures: 'b' }), ''],
  ['an error', { ok: false, payload: '{}', timedOut: false }, ''],
  ['a timeout', { ok: false, payload: '{}', timedOut: true }, ''],
])('with %s, the settled messages are right', (_, outcome, ids) => {
  expect(settled(messages, outcome).map((message) => message.MessageId)).toEqual(ids.split(''))
})
