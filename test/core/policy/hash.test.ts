import { expect, test } from 'vitest'
import { policyHash } from '../../../lambda/core/policy/hash.ts'
import { policyWith } from './documents.ts'

const IDS = 'identities: [{ issuer: i, subject: s }]'
const ARN = 'arn:aws:kms:us-east-2:111122223333:alias/signing'
const policy = policyWith(`keyless: { ${IDS} }`)
const other = policyWith('static: { action: pass }')
const roots = { default: { mediaType: 'a', tlogs: [{ baseUrl: 'b' }] }, spare: { mediaType: 'c' } }
const keys = {}
const hash = policyHash([policy, other], { roots, keys }, '1')

/** The same value with the keys of every object in another order. */
function turned<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, field]) => [key, turned(field)] as const)
  return (Array.isArray(value) ? value.map(turned) : Object.fromEntries(entries.toReversed())) as T
}

test('it is stable: this one is part of verdicts already written', () => {
  expect(hash).toBe('d6fd5991277e7e45aae50039f61c400648f99f105642ee4809292ad7036f6a53')
})

test('order means nothing: of keys, of policies, of how a policy was written', () => {
  expect(policyHash([turned(policy), turned(other)], turned({ roots, keys }), '1')).toBe(hash)
  expect(policyHash([other, policy], { roots, keys }, '1')).toBe(hash)
  expect(
    policyHash([policyWith(`keyless:\n  ${IDS}\n  url: "https://fulcio.sigstore.dev"`), other], { roots, keys }, '1'),
  ).toBe(hash)
})

test('keys that no policy refers to mean nothing', () => {
  expect(policyHash([policy, other], { roots, keys: { [ARN]: 'a' } }, '1')).toBe(hash)
})

test('roots that no policy refers to mean nothing', () => {
  expect(policyHash([policy, other], { roots: { ...roots, spare: { mediaType: 'd' } }, keys }, '1')).toBe(hash)
  expect(policyHash([policy, other], { roots: { default: roots.default }, keys }, '1')).toBe(hash)
})

test.each([
  ['the decider', () => policyHash([policy, other], { roots, keys }, '2')],
  [
    'a root',
    () => policyHash([policy, other], { roots: { ...roots, default: { ...roots.default, tlogs: [] } }, keys }, '1'),
  ],
  ['no root', () => policyHash([policy, other], { roots: {}, keys }, '1')],
  [
    'a policy',
    () => policyHash([policyWith('keyless: { identities: [{ issuer: i, subject: t }] }'), other], { roots, keys }, '1'),
  ],
  ['one policy less', () => policyHash([policy], { roots, keys }, '1')],
  [
    'a KMS key, once it has been fetched, and another one under the same ARN',
    () => {
      const signed = [policyWith(`key: { kms: "awskms:///${ARN}" }`)]
      const fetches: Record<string, string>[] = [{}, { [ARN]: 'a' }, { [ARN]: 'b' }]
      const hashes = fetches.map((fetched) => policyHash(signed, { roots, keys: fetched }, '1'))
      expect(new Set(hashes).size).toBe(3)
      return hashes[0]
    },
  ],
  ['one policy twice', () => policyHash([policy, other, other], { roots, keys }, '1')],
])('another hash follows from %s', (_, changed) => {
  expect(changed()).not.toBe(hash)
})
