import { Bucket } from 'aws-cdk-lib/aws-s3'
import { AwsSolutionsChecks } from 'cdk-nag'
import { expect, it } from 'vitest'
import { stackOf } from './synthesized.ts'

it.each([
  ['by default', {}],
  [
    'with other accounts, hosts and repositories',
    {
      registries: [{ account: '111122223333', region: 'eu-west-1', host: 'registry.example.com' }, {}],
      repositories: ['prod/*', 'base', 'team-?/app'],
      alertEmails: ['a@example.com'],
    },
  ],
])('has no finding of AwsSolutions %s', (_, context) => {
  const alias = 'arn:aws:kms:us-east-1:111122223333:alias/signing'
  const stack = stackOf(context, [alias, alias.replace('alias/signing', 'key/1234abcd-12ab-34cd-56ef-1234567890ab')])
  expect(new AwsSolutionsChecks(stack).validateScope(stack).violations).toEqual([])
})

it('would find something', () => {
  const stack = stackOf()
  new Bucket(stack, 'Careless')
  const { violations } = new AwsSolutionsChecks(stack).validateScope(stack)
  expect(violations.map(({ ruleName }) => ruleName)).toContain('AwsSolutions-S10')
})
