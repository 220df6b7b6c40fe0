import { describe, expect, it } from 'vitest'
import { FUNCTIONS, QUEUES } from '../../lambda/resources.ts'
import { type Resource, resource, resourcesOf, stackOf } from './synthesized.ts'

const FOURTEEN_DAYS = 14 * 24 * 60 * 60
const resources = resourcesOf(stackOf())
const queues = resources.filter(([, { Type }]) => Type === 'AWS::SQS::Queue')
const isDeadLetters = ([id]: [string, Resource]) => /DeadLetters[0-9A-F]{8}$/.test(id)
const NAMED = [
  ['verify', 'VerifyQueue', 'VerifyFunction'],
  ['act', 'ActQueue', 'ActFunction'],
] as const

describe.each(NAMED)('the %s queue', (name, queueId, functionId) => {
  const [id, { Properties }] = resource(resources, queueId)
  const { function: fed, visibility, maxReceives, batch } = QUEUES[name]

  it('hides a message for at least six times the timeout of the function it feeds', () => {
    expect(Properties.VisibilityTimeout).toBe(visibility)
    expect(Properties.VisibilityTimeout).toBeGreaterThanOrEqual(6 * FUNCTIONS[fed].timeout)
  })

  it('gives up after maxReceives, which the function knows', () => {
    const [, { Properties: target }] = resource(resources, functionId)
    expect(Properties.RedrivePolicy.maxReceiveCount).toBe(maxReceives)
    expect(target.Environment.Variables.ASSAY_MAX_RECEIVES).toBe(String(maxReceives))
  })

  it('feeds its function in small batches, a few at a time, and hears which messages failed', () => {
    const [functionLogicalId] = resource(resources, functionId)
    const mappings = resources.filter(([, { Type }]) => Type === 'AWS::Lambda::EventSourceMapping')
    const mapping = mappings.find(([, one]) => one.Properties.EventSourceArn['Fn::GetAtt'][0] === id)?.[1]
    expect(mapping?.Properties).toMatchObject({
      FunctionName: { Ref: functionLogicalId },
      BatchSize: batch,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: expect.any(Number) },
    })
  })
})

it('has a dead-letter queue of fourteen days for every queue', () => {
  const targets = queues
    .filter((queue) => !isDeadLetters(queue))
    .map(([, { Properties }]) => Properties.RedrivePolicy.deadLetterTargetArn['Fn::GetAtt'][0])
  expect(targets).toHaveLength(Object.keys(QUEUES).length)
  for (const target of targets) {
    const [, { Properties }] = queues.find(([id]) => id === target)!
    expect(Properties.MessageRetentionPeriod).toBe(FOURTEEN_DAYS)
  }
})

it.each(queues)('encrypts %s and refuses to talk in the clear', (id, { Properties }) => {
  const policy = resources.find(([, { Type, Properties: of }]) => {
    return Type === 'AWS::SQS::QueuePolicy' && of.Queues.some((queue: { Ref: string }) => queue.Ref === id)
  })
  expect(Properties.SqsManagedSseEnabled).toBe(true)
  expect(policy?.[1].Properties.PolicyDocument.Statement).toContainEqual(
    expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
  )
})

it.each(queues.filter(isDeadLetters))('has an alarm on %s that goes off at one letter', (id) => {
  const dimension = { Name: 'QueueName', Value: { 'Fn::GetAtt': [id, 'QueueName'] } }
  expect(alarmOn('ApproximateNumberOfMessagesVisible', dimension)).toMatchObject({
    ComparisonOperator: 'GreaterThanThreshold',
    Threshold: 0,
    AlarmActions: [{ Ref: expect.stringMatching(/^AlertingOperations/) }],
  })
})

function alarmOn(metric: string, dimension: unknown) {
  const alarms = resources.filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm').map(([, one]) => one.Properties)
  return alarms.find(({ MetricName, Dimensions }) => {
    return MetricName === metric && JSON.stringify(Dimensions) === JSON.stringify([dimension])
  })
}
