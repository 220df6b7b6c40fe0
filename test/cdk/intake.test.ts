import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../../cdk/root.ts'
import { sources } from '../../lambda/sources/index.ts'
import { pushesOf } from '../../lambda/sources/parse.ts'
import { matches } from '../../local/bus/pattern.ts'
import { resource, resourcesOf, stackOf } from './synthesized.ts'

const resources = resourcesOf(stackOf())
const arriving = sources.flatMap(({ name, arrives }) =>
  arrives.by === 'eventbridge' ? [{ name, pattern: arrives.pattern }] : [],
)

describe.each(arriving)('the rule for $name', ({ name, pattern }) => {
  const [id, { Properties: rule }] = resource(resources, `Intake${name}`)

  it('has the pattern of the source', () => {
    expect(rule).toMatchObject({ State: 'ENABLED', EventPattern: pattern })
  })

  // A rule that asks for more than real events carry matches nothing, silently: https://github.com/aws/aws-cdk/issues/29225
  const folder = join(ROOT, 'events', name)
  const samples = readdirSync(folder).map((file) => ({
    file,
    event: JSON.parse(readFileSync(join(folder, file), 'utf8')),
  }))
  const wanted = samples.filter(({ event }) => {
    const { account, region } = event
    return 'pushes' in pushesOf(event, [{ host: 'registry.example.com', account, region }])
  })

  it('has samples to be tried with', () => {
    expect(wanted).not.toEqual([])
  })

  it.each(wanted)('lets through the sample $file', ({ event }) => {
    expect(matches(rule.EventPattern, event)).toBe(true)
  })

  it('leaves events of others alone', () => {
    expect(matches(rule.EventPattern, { source: 'aws.ecs', 'detail-type': 'ECS Task State Change' })).toBe(false)
  })

  it('puts events on the verify queue, and in a dead-letter queue what does not get there', () => {
    const [queue] = resource(resources, 'VerifyQueue')
    const [deadLetters] = resource(resources, 'IntakeDeadLetters')
    expect(rule.Targets).toMatchObject([
      { Arn: { 'Fn::GetAtt': [queue, 'Arn'] }, DeadLetterConfig: { Arn: { 'Fn::GetAtt': [deadLetters, 'Arn'] } } },
    ])
  })

  it.each(['VerifyQueuePolicy', 'IntakeDeadLettersPolicy'])('is the only one that %s admits', (policyId) => {
    const [, { Properties }] = resource(resources, policyId)
    const admitted = Properties.PolicyDocument.Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Allow')
    expect(admitted).toMatchObject([{ Condition: { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': [id, 'Arn'] } } } }])
  })
})

it('admits events of other accounts whose registries are watched, once each', () => {
  const others = {
    registries: [{}, ...['eu-west-1', 'us-east-1'].map((region) => ({ account: '111122223333', region }))],
  }
  const policies = resourcesOf(stackOf(others), 'AWS::Events::EventBusPolicy')
  expect(policies.map(([, { Properties }]) => Properties.Statement)).toMatchObject([
    { Effect: 'Allow', Action: 'events:PutEvents', Principal: { AWS: expect.anything() } },
  ])
  expect(JSON.stringify(policies)).toContain('111122223333')
  expect(resourcesOf(stackOf(), 'AWS::Events::EventBusPolicy')).toEqual([])
})
