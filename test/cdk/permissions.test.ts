import { describe, expect, it } from 'vitest'
import { selfTestKey } from '../../lambda/acting/armed.ts'
import { ENV } from '../../lambda/env.ts'
import { repositoriesFrom } from '../../lambda/registry-config.ts'
import { SAFETY_KEY } from '../../lambda/resources.ts'
import { imageKey, systemKey, tagKey } from '../../lambda/store/items.ts'
import { ID } from '../core/records.ts'
import { type Resource, resource, resourcesOf, stackOf } from './synthesized.ts'

type Statement = {
  readonly Effect: 'Allow' | 'Deny'
  readonly Action: string | readonly string[]
  readonly Resource: unknown
  readonly Condition?: unknown
}

const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'
const ALIAS = 'arn:aws:kms:us-east-1:111122223333:alias/release/signing'
const resources = resourcesOf(stackOf({ repositories: ['prod/*', 'base'] }, [ALIAS, KEY]))
const policies = resources.filter(([, { Type }]) => Type === 'AWS::IAM::Policy')
const OWN_LOG = ['logs:CreateLogStream', 'logs:PutLogEvents']
const TRACES = ['xray:PutTelemetryRecords', 'xray:PutTraceSegments']
const OWN_QUEUE = ['ChangeMessageVisibility', 'DeleteMessage', 'GetQueueAttributes', 'GetQueueUrl', 'ReceiveMessage']

const ALLOWED = {
  Verify: [
    ...['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
    ...['ecr:BatchGetImage', 'ecr:DescribeImages', 'ecr:GetDownloadUrlForLayer'],
    ...[
      's3:GetObject',
      's3:ListBucket',
      's3:PutObject',
      'sqs:SendMessage',
      ...OWN_QUEUE.map((action) => `sqs:${action}`),
    ],
  ],
  Act: [
    ...['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
    ...['ecr:BatchDeleteImage', 'ecr:BatchGetImage', 'ecr:DescribeImages', 'ecr:PutImage'],
    ...['ecr:UpdateImageStorageClass', 'ecr:InitiateLayerUpload', 'ecr:UploadLayerPart', 'ecr:CompleteLayerUpload'],
    ...['kms:Decrypt', 'kms:GenerateDataKey', 's3:PutObject', 'sns:Publish', 'sqs:SendMessage'],
    ...OWN_QUEUE.map((action) => `sqs:${action}`),
  ],
  Sweep: [
    ...['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'sqs:SendMessage'],
    ...['ecr:BatchGetImage', 'ecr:DescribeImages', 'ecr:DescribeRepositories', 'ecr:ListImages'],
  ],
  Api: [
    ...['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
    ...['ecr:DescribeImages', 'lambda:InvokeFunction', 'sqs:SendMessage'],
    ...['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
  ],
  Trust: ['dynamodb:GetItem', 'dynamodb:PutItem', 'kms:GetPublicKey'],
}

describe.each(Object.entries(ALLOWED))('the role of %s', (name, allowed) => {
  it('may do what its function calls, write its log and traces, and nothing else', () => {
    expect(actionsOf(name)).toEqual([...allowed, ...OWN_LOG, ...TRACES].sort())
  })

  it('has no managed policies and is only for Lambda', () => {
    const [, { Properties }] = resource(resources, `${name}Role`)
    expect(Properties.ManagedPolicyArns).toBeUndefined()
    expect(Properties.AssumeRolePolicyDocument.Statement).toMatchObject([
      { Principal: { Service: 'lambda.amazonaws.com' } },
    ])
  })
})

it.each([
  ['Act', 'ecr:PutImage'],
  ['Act', 'ecr:BatchDeleteImage'],
  ['Act', 'ecr:UpdateImageStorageClass'],
  ['Act', 'sns:Publish'],
  ['Sweep', 'ecr:DescribeRepositories'],
  ['Sweep', 'ecr:ListImages'],
])('lets only %s do %s', (name, action) => {
  const who = policies.filter(([, policy]) => statementsOf(policy).some((one) => actions(one).includes(action)))
  expect(who.map(([id]) => id)).toEqual([expect.stringMatching(new RegExp(`^${name}Role`))])
})

it('lets the API write what people decide and nothing else of the table, and send to queues of work only', () => {
  const [actQueue] = resource(resources, 'ActQueue')
  const [verifyQueue] = resource(resources, 'VerifyQueue')
  const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] })
  const written = statementsOf(policyOf('Api')).filter((one) => /PutItem|SendMessage/.test(String(one.Action)))
  expect(written).toMatchObject([
    {
      Action: 'dynamodb:PutItem',
      Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['IMG#*', 'SYS#quarantine'] } },
    },
    { Action: 'sqs:SendMessage', Resource: arn(actQueue) },
    { Action: ['sqs:SendMessage', 'sqs:GetQueueAttributes'], Resource: [arn(verifyQueue), arn(actQueue)] },
  ])
  expect(imageKey(ID).pk).toMatch(/^IMG#/)
  expect(systemKey(SAFETY_KEY).pk).toBe('SYS#quarantine')
  const others = [systemKey(selfTestKey('h')).pk, tagKey('h', 'n', 't').pk]
  expect(others.filter((key) => key.startsWith('IMG#') || key === 'SYS#quarantine')).toEqual([])
})

it('nowhere allows actions by a pattern', () => {
  const patterns = policies
    .flatMap(([, policy]) => statementsOf(policy).flatMap(actions))
    .filter((one) => one.includes('*'))
  expect(patterns).toEqual([])
})

it('names a resource for everything but traces', () => {
  const anything = policies.flatMap(([, policy]) => statementsOf(policy)).filter((one) => one.Resource === '*')
  expect([...new Set(anything.flatMap(actions))].sort()).toEqual(TRACES)
})

it('reaches the configured repositories only, and tells the sweep which these are', () => {
  const ecr = policies
    .flatMap(([, policy]) => statementsOf(policy))
    .filter((one) => actions(one)[0]?.startsWith('ecr:') && one.Action !== 'ecr:DescribeRepositories')
  const [, { Properties }] = resource(resources, 'SweepFunction')
  expect(repositoriesFrom(Properties.Environment.Variables[ENV.repositories])).toEqual(['prod/*', 'base'])
  const repository = (name: string) => `arn:AWS::Partition:ecr:AWS::Region:AWS::AccountId:repository/${name}`
  const reached = ecr.map(({ Resource: arns }) => [arns].flat().map(shown))
  const configured = ['prod/*', 'base'].map(repository)
  expect(reached).toEqual([configured, configured, [repository('assay-self-test')], configured, configured])
})

it('asks which repositories there are in the watched registries', () => {
  const listing = statementsOf(policyOf('Sweep')).filter((one) => one.Action === 'ecr:DescribeRepositories')
  expect(listing.map(({ Resource: arn }) => shown(arn))).toEqual([
    'arn:AWS::Partition:ecr:AWS::Region:AWS::AccountId:repository/*',
  ])
})

it('queries only the indexes a function reads', () => {
  const indexes = (name: string) => {
    const query = statementsOf(policyOf(name)).filter((one) => actions(one)[0] === 'dynamodb:Query')
    return query.flatMap(({ Resource: arns }) => [arns].flat()).map((arn) => shown(arn).split('/index/')[1])
  }
  const functions = { verify: 'Verify', act: 'Act', sweep: 'Sweep', api: 'Api', trust: 'Trust' }
  expect(Object.fromEntries(Object.entries(functions).map(([name, id]) => [name, indexes(id)]))).toEqual({
    verify: ['tags'],
    act: ['repository', 'tags'],
    sweep: ['bases', 'due', 'recent', 'repository', 'tags'],
    api: ['recent', 'repository', 'tags', 'taken', 'waivers'],
    trust: [],
  })
})

it.each([
  ['Sweeping', 'SweepFunction', 'rate(1 minute)'],
  ['Refreshing', 'TrustFunction', 'rate(1 hour)'],
])('lets the schedule %s start the %s and nothing else', (id, functionId, rate) => {
  const [started] = resource(resources, functionId)
  const [deadLetters] = resource(resources, `${id}DeadLetters`)
  const [, { Properties }] = resource(resources, `${id}Schedule`)
  expect(statementsOf(policyOf(id))).toMatchObject([
    { Action: 'lambda:InvokeFunction', Resource: { 'Fn::GetAtt': [started, 'Arn'] } },
    { Action: 'sqs:SendMessage', Resource: { 'Fn::GetAtt': [deadLetters, 'Arn'] } },
  ])
  expect(Properties).toMatchObject({
    ScheduleExpression: rate,
    Target: { Arn: { 'Fn::GetAtt': [started, 'Arn'] } },
  })
})

it('reads the public halves of the keys that policies name, an alias by its name, and of no other', () => {
  const kms = (id: string) => statementsOf(policyOf(id)).filter((one) => actions(one).includes('kms:GetPublicKey'))
  expect(kms('Trust')).toEqual([
    {
      Action: 'kms:GetPublicKey',
      Effect: 'Allow',
      Resource: 'arn:aws:kms:us-east-1:111122223333:key/*',
      Condition: { StringEquals: { 'kms:RequestAlias': 'alias/release/signing' } },
    },
    { Action: 'kms:GetPublicKey', Effect: 'Allow', Resource: KEY },
  ])
  expect(['Verify', 'Act', 'Sweep', 'Api'].flatMap(kms)).toEqual([])
  expect(() => stackOf({}, ['alias/signing'])).toThrow('a policy names alias/signing')
})

it('keeps our reading out of the pull times that lifecycle rules go by', () => {
  const excluded = resources.filter(([, { Type }]) => Type === 'AWS::ECR::PullTimeUpdateExclusion')
  const roles = ['VerifyRole', 'ActRole', 'SweepRole'].map((name) => resource(resources, name)[0])
  expect(excluded.map(([, { Properties }]) => Properties.PrincipalArn['Fn::GetAtt'][0])).toEqual(roles)
})

function policyOf(name: string): Resource {
  return resource(resources, `${name}RoleDefaultPolicy`)[1]
}

function actionsOf(name: string): string[] {
  return [...new Set(statementsOf(policyOf(name)).flatMap(actions))].sort()
}

function statementsOf({ Properties }: Resource): Statement[] {
  return Properties.PolicyDocument.Statement
}

function actions({ Action }: Statement): readonly string[] {
  return typeof Action === 'string' ? [Action] : Action
}

/** An ARN as people read it: references by their names. */
function shown(arn: unknown): string {
  if (typeof arn === 'string') return arn
  if (typeof arn !== 'object' || arn === null) return ''
  if ('Ref' in arn) return String(arn.Ref)
  return 'Fn::Join' in arn ? (arn['Fn::Join'] as [string, unknown[]])[1].map(shown).join('') : ''
}

describe('the login for a registry of bases', () => {
  const secret = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:cgr-abc123'
  const stack = resourcesOf(stackOf({ baseRegistries: [{ host: 'cgr.dev', secret }, { host: 'ghcr.io' }] }))

  it('is read by those who read bases, and by nobody else', () => {
    const readers = stack.filter(
      ([, { Type, Properties }]) =>
        Type === 'AWS::IAM::Policy' && JSON.stringify(Properties).includes('"secretsmanager:GetSecretValue"'),
    )
    expect(readers.map(([id]) => id.replace(/Role.*/, '')).sort()).toEqual(['Api', 'Sweep', 'Verify'])
    for (const [, { Properties }] of readers) expect(JSON.stringify(Properties)).toContain(`"Resource":"${secret}"`)
  })

  it('is named to functions, whose pushes there are not watched', () => {
    const [, { Properties }] = resource(stack, 'VerifyFunction')
    const entries = JSON.stringify(Properties.Environment.Variables[ENV.registries])
    expect(entries).toContain('cgr.dev')
    expect(entries).toContain('ghcr.io')
    expect(JSON.stringify(stack.filter(([, { Type }]) => Type === 'AWS::Events::Rule'))).not.toContain('cgr.dev')
  })
})
