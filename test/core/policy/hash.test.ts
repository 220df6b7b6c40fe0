import { expect, test } from 'vitest'
import { policyHash } from '../../../lambda/core/policy/hash.ts'
import { policyWith } from './documents.ts'

const IDS = 'identities: [{ issuer: i, subject: s }]'
const policy = policyWith(`keyless: { ${IDS} }`)
const other = policyWith('static: { action: pass }')
const roots = { default: { mediaType: 'a', tlogs: [{ baseUrl: 'b' }] }, spare: { mediaType: 'c' } }
const of = (named: Readonly<Record<string, unknown>>) => ({ roots: named, keys: {} })
const hash = policyHash([policy, other], of(roots), '1')

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
  expect(policyHash([turned(policy), turned(other)], of(turned(roots)), '1')).toBe(hash)
  expect(policyHash([other, policy], of(roots), '1')).toBe(hash)
  expect(
    policyHash([policyWith(`keyless:\n  ${IDS}\n  url: "https://fulcio.sigstore.dev"`), other], of(roots), '1'),
  ).toBe(hash)
})

test('roots that no policy refers to mean nothing', () => {
  expect(policyHash([policy, other], of({ ...roots, spare: { mediaType: 'd' } }), '1')).toBe(hash)
  expect(policyHash([policy, other], of({ default: roots.default }), '1')).toBe(hash)
})

test.each([
  ['the decider', () => policyHash([policy, other], of(roots), '2')],
  ['a root', () => policyHash([policy, other], of({ ...roots, default: { ...roots.default, tlogs: [] } }), '1')],
  ['no root', () => policyHash([policy, other], of({}), '1')],
  [
    'a policy',
    () => policyHash([policyWith('keyless: { identities: [{ issuer: i, subject: t }] }'), other], of(roots), '1'),
  ],
  ['one policy less', () => policyHash([policy], of(roots), '1')],
  ['one policy twice', () => policyHash([policy, other, other], of(roots), '1')],
])('another hash follows from %s', (_, changed) => {
  expect(changed()).not.toBe(hash)
})
