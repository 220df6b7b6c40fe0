import { expect, it } from 'vitest'
import { FUNCTIONS, QUEUES } from '../../lambda/resources.ts'
import { resource, resourcesOf, stackOf } from './synthesized.ts'

const resources = resourcesOf(stackOf({ alertEmails: ['images@example.com'], operationsEmails: ['ops@example.com'] }))
const ofType = (type: string) => resources.filter(([, { Type }]) => Type === type).map(([, one]) => one.Properties)

it.each(Object.keys(FUNCTIONS))('has an alarm on errors of the %s function', (name) => {
  const [, { Properties }] = resource(resources, `Monitoring${name}Errors`)
  expect(Properties).toMatchObject({ MetricName: 'Errors', Namespace: 'AWS/Lambda', Threshold: 0 })
})

it.each(Object.entries(QUEUES))('has an alarm on work that is late in the %s queue', (name, queue) => {
  const [, { Properties }] = resource(resources, `Monitoring${name}Late`)
  expect(Properties).toMatchObject({
    MetricName: 'ApproximateAgeOfOldestMessage',
    Threshold: queue.visibility * queue.maxReceives,
  })
})

it('has an alarm on faults of the API', () => {
  expect(resource(resources, 'MonitoringapiFaults')[1].Properties).toMatchObject({
    MetricName: '5xx',
    Statistic: 'Sum',
  })
})

it('has an alarm on a sweep that does not run, which no data sets off too', () => {
  expect(resource(resources, 'MonitoringsweepMissing')[1].Properties).toMatchObject({
    MetricName: 'Invocations',
    ComparisonOperator: 'LessThanThreshold',
    Threshold: 1,
    TreatMissingData: 'breaching',
  })
})

it('has an alarm on roots and keys that are too old, which no data sets off too', () => {
  expect(resource(resources, 'MonitoringtrustTooOld')[1].Properties).toMatchObject({
    Namespace: 'Assay',
    MetricName: 'TrustAge',
    Dimensions: [{ Name: 'service', Value: 'assay' }],
    Statistic: 'Maximum',
    Threshold: 3 * 24 * 3600,
    TreatMissingData: 'breaching',
  })
})

it('sends every alarm to the operations topic, which admits alarms of this account', () => {
  const [topic] = resource(resources, 'AlertingOperations')
  const [, { Properties }] = resource(resources, 'AlertingOperationsPolicy')
  for (const alarm of ofType('AWS::CloudWatch::Alarm')) expect(alarm.AlarmActions).toEqual([{ Ref: topic }])
  expect(Properties.PolicyDocument.Statement).toContainEqual(
    expect.objectContaining({
      Action: 'sns:Publish',
      Effect: 'Allow',
      Principal: { Service: 'cloudwatch.amazonaws.com' },
    }),
  )
})

it('tells image owners of images, and operators of Assay', () => {
  const [alerts] = resource(resources, 'AlertingAlerts')
  const [operations] = resource(resources, 'AlertingOperations')
  expect(ofType('AWS::SNS::Subscription')).toEqual([
    { Protocol: 'email', Endpoint: 'images@example.com', TopicArn: { Ref: alerts } },
    { Protocol: 'email', Endpoint: 'ops@example.com', TopicArn: { Ref: operations } },
  ])
})
