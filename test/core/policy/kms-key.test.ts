import { expect, test } from 'vitest'
import { kmsKeysOf } from '../../../lambda/core/policy/authorities.ts'
import { type LoadOptions, loadPolicies } from '../../../lambda/core/policy/load.ts'
import { documentOf, PUBLIC_KEY } from './documents.ts'

const A = 'arn:aws:kms:us-east-2:111122223333:alias/a'
const B = 'arn:aws:kms:us-east-2:111122223333:alias/b'

const policy = (name: string, ...arns: string[]) => {
  const authorities = arns.map((arn) => `{ key: { kms: "awskms:///${arn}" } }`)
  return documentOf('VerificationPolicy', `images: [{ glob: "**" }]\nauthorities: [${authorities.join(', ')}]`, name)
}
const text = `${policy('p', B, A)}---\n${policy('q', A)}`
const load = (options?: LoadOptions) => loadPolicies([{ path: 'p.yaml', text }], options)

test('each key that policies name is told once, in order', () => {
  expect(kmsKeysOf(load().set.policies)).toEqual([A, B])
})

test('keys are part of the set as far as they have been fetched and are named', () => {
  expect(load()).toMatchObject({ problems: [], set: { keys: {} } })
  expect(load({ keys: { [A]: PUBLIC_KEY, other: PUBLIC_KEY } }).set.keys).toEqual({ [A]: PUBLIC_KEY })
})
