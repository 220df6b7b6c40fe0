import { expect, it } from 'vitest'
import { configFrom } from '../../cdk/config.ts'
import { ENV } from '../../lambda/env.ts'
import { registriesFrom, repositoriesFrom } from '../../lambda/registry-config.ts'
import { resource, resourcesOf, stackOf } from './synthesized.ts'

const DEFAULTS = {
  registries: [{}],
  baseRegistries: [],
  repositories: ['*'],
  policies: 'policies/examples',
  alertEmails: [],
  operationsEmails: [],
  reservedConcurrency: {},
}

it.each([
  ['nothing', undefined, DEFAULTS],
  ['an object', { alertEmails: ['a@example.com'] }, { ...DEFAULTS, alertEmails: ['a@example.com'] }],
  ['the JSON that `cdk -c` hands on', '{"policies":"mine"}', { ...DEFAULTS, policies: 'mine' }],
])('reads %s', (_, context, expected) => {
  expect(configFrom(context)).toEqual(expected)
})

it.each([
  ['a name that is not known', { alertEmail: ['a@example.com'] }, /Unrecognized key: "alertEmail"/],
  ['no registry at all', { registries: [] }, /registries/],
  [
    'an account that is none',
    { registries: [{ account: '12' }] },
    /an AWS account id is 12 digits[\s\S]*registries\[0\]\.account/,
  ],
  ['a secret that is none', { baseRegistries: [{ host: 'cgr.dev', secret: 'x' }] }, /ARN of a secret/],
  ['an address that is none', { operationsEmails: ['nobody'] }, /operationsEmails\[0\]/],
  ['a repository that would widen the permission', { repositories: ['prod:*'] }, /a repository name, or a pattern/],
  ['a function that is none', { reservedConcurrency: { verfy: 1 } }, /reservedConcurrency/],
  ['text that is not JSON', 'policies=mine', /context "assay" is "policies=mine"/],
])('refuses %s', (_, context, message) => {
  expect(() => configFrom(context)).toThrow(message)
})

it('tells functions the registries in the form they read', () => {
  const registries = [{ account: '111122223333', region: 'eu-west-1', host: 'Registry.Example.com' }]
  const [, { Properties }] = resource(resourcesOf(stackOf({ registries })), 'VerifyFunction')
  expect(registriesFrom(Properties.Environment.Variables[ENV.registries])).toEqual([
    { account: '111122223333', region: 'eu-west-1', host: 'registry.example.com' },
  ])
})

it('watches the registry of its own account and region by default', () => {
  const [, { Properties }] = resource(resourcesOf(stackOf()), 'ApiFunction')
  const [, parts] = Properties.Environment.Variables[ENV.registries]['Fn::Join']
  const known: Record<string, string> = {
    'AWS::AccountId': '123456789012',
    'AWS::Region': 'eu-central-1',
    'AWS::URLSuffix': 'amazonaws.com',
  }
  const text = parts
    .map((part: string | { Ref: string }) => (typeof part === 'string' ? part : known[part.Ref]))
    .join('')
  expect(registriesFrom(text)).toEqual([
    { host: '123456789012.dkr.ecr.eu-central-1.amazonaws.com', account: '123456789012', region: 'eu-central-1' },
  ])
})

it.each(['', 'prod/*', '[]', '[""]', '{"prod":1}'])('refuses the repositories %j', (text) => {
  expect(() => repositoriesFrom(text)).toThrow(/ASSAY_REPOSITORIES is .*; it must be JSON like \["prod\/\*"\]/)
})
