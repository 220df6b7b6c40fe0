import { expect, test } from 'vitest'
import { policyHash } from '../../../lambda/core/policy/hash.ts'
import type { Authority } from '../../../lambda/core/policy/policy.ts'
import { policyWith } from './documents.ts'

const IDS = 'identities: [{ issuer: i, subject: s }]'
const policy = policyWith(`keyless: { ${IDS} }`)
const other = policyWith('static: { action: pass }')
const roots = { default: { mediaType: 'a', tlogs: [{ baseUrl: 'b' }] }, spare: { mediaType: 'c' } }
const hash = policyHash([policy, other], roots, '1')

/** The same value with the keys of every object in another order. */
function turned<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, field]) => [key, turned(field)] as const)
  return (Array.isArray(value) ? value.map(turned) : Object.fromEntries(entries.toReversed())) as T
}

test('it is stable: this one is part of verdicts already written', () => {
  expect(hash).toBe('4d395a99afa517ec74ba1702d4ee7a0dc775d12a308759e951294c18e2845863')
})

test('order means nothing: of keys, of policies, of how a policy was written', () => {
  expect(policyHash([turned(policy), turned(other)], turned(roots), '1')).toBe(hash)
  expect(policyHash([other, policy], roots, '1')).toBe(hash)
  expect(policyHash([policyWith(`keyless:\n  ${IDS}\n  url: "https://fulcio.sigstore.dev"`), other], roots, '1')).toBe(
    hash,
  )
})

test('roots that no policy refers to mean nothing', () => {
  expect(policyHash([policy, other], { ...roots, spare: { mediaType: 'd' } }, '1')).toBe(hash)
  expect(policyHash([policy, other], { default: roots.default }, '1')).toBe(hash)
})

test.each([
  ['the decider', () => policyHash([policy, other], roots, '2')],
  ['a root', () => policyHash([policy, other], { ...roots, default: { ...roots.default, tlogs: [] } }, '1')],
  ['no root', () => policyHash([policy, other], {}, '1')],
  [
    'a policy',
    () => policyHash([policyWith('keyless: { identities: [{ issuer: i, subject: t }] }'), other], roots, '1'),
  ],
  ['one policy less', () => policyHash([policy], roots, '1')],
  ['one policy twice', () => policyHash([policy, other, other], roots, '1')],
])('another hash follows from %s', (_, changed) => {
  expect(changed()).not.toBe(hash)
})

test('a key of AWS KMS counts as it was fetched, and only where a policy names it', () => {
  const kms = 'arn:aws:kms:eu-west-1:111122223333:alias/signing'
  const [authority] = policyWith(`keyless: { ${IDS} }`).authorities as [Extract<Authority, { kind: 'sigstore' }>]
  const demand = { ...authority.demand, signer: { kind: 'key' as const, key: { kms }, hash: 'sha256' as const } }
  const byKms = { ...policy, authorities: [{ ...authority, demand }] }
  const hashWith = (keys: Record<string, string>) => policyHash([byKms], roots, '1', keys)
  const [before, one, two] = [hashWith({}), hashWith({ [kms]: 'one' }), hashWith({ [kms]: 'two' })]
  expect(new Set([before, one, two]).size).toBe(3)
  expect(hashWith({ [kms]: 'one', other: 'key' })).toBe(one)
  expect(policyHash([policy, other], roots, '1', { [kms]: 'one' })).toBe(hash)
})
