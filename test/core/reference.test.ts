import { describe, expect, it } from 'vitest'
import { findAccepted, findingOf } from '../../lambda/core/checks/authority.ts'
import { decide } from '../../lambda/core/decide.ts'
import type { Says } from '../../lambda/core/evidence.ts'
import { byKey, evidence, good, KEY, NOW, policy } from './claims.ts'
import { ID } from './records.ts'

const own = byKey({ reference: 'repository' })
const named = (...names: readonly string[]): Says => ({ kind: 'signature', annotations: {}, names })
const look = (authority: typeof own, says: Says) =>
  findingOf(findAccepted(authority, { kind: 'signature' }, ID, [good(KEY, says)]))
const HERE = `${ID.host}/${ID.name}`

describe('reference: repository', () => {
  it.each([
    ['the repository itself', [HERE], true],
    ['with a tag', [`${HERE}:v1`], true],
    ['with a digest', [`${HERE}@${ID.digest}`], true],
    ['one of several names', ['elsewhere.example/x', HERE], true],
    ['another repository', ['elsewhere.example/x'], false],
    ['a longer name', [`${HERE}-evil`], false],
    ['a repository below', [`${HERE}/evil`], false],
    ['another host', [`evil.example/${HERE}`], false],
    ['no name', [], false],
    ['something that is no name', ['pkg:docker/app', ' ', ''], false],
  ])('asks for a signature that names %s', (_, names, met) => {
    const finding = look(own, named(...names))
    expect(finding).toMatchObject(met ? { met } : { met, reason: 'reference-mismatch' })
  })

  it('tells which names were signed', () => {
    const detail = (...names: readonly string[]) => look(own, named(...names)).detail
    expect(detail('a', 'b')).toContain(`names signed are "a", "b"; asked for is ${HERE}`)
    expect(detail()).toContain(`names signed are none; asked for is ${HERE}`)
  })

  it('is asked of each platform by the same name', () => {
    const children = [{ mediaType: 'm', digest: ID.digest, size: 1, annotations: {} }]
    const judged = (name: string) =>
      decide(
        [policy([own], { platforms: 'each' })],
        {
          now: NOW,
          evidence: evidence({ children }),
          claims: [],
          platforms: [{ platform: 'linux/amd64', digest: ID.digest, claims: [good(KEY, named(name))] }],
        },
        'h',
      ).outcome
    expect([HERE, 'elsewhere.example/x'].map(judged)).toEqual(['verified', 'rejected'])
  })

  it('is not asked for unless a policy says so', () => {
    expect(look(byKey(), named('elsewhere.example/x'))).toMatchObject({ met: true })
  })
})

it('a signature that lies elsewhere counts only where the authority looks there', () => {
  const source = { repository: { host: 'ghcr.io', name: 'acme/signatures' }, tagPrefix: 'v1-' }
  const there = good()
  const claim = { ...there, claim: { ...there.claim, source: 'ghcr.io/acme/signatures#v1-' } }
  const asked = { kind: 'signature' } as const
  expect(findingOf(findAccepted(byKey({ source }), asked, ID, [claim]))).toMatchObject({ met: true })
  expect(findingOf(findAccepted(byKey(), asked, ID, [claim]))).toMatchObject({ met: false, reason: 'no-signature' })
  expect(findingOf(findAccepted(byKey({ source }), asked, ID, [good()]))).toMatchObject({
    met: false,
    reason: 'no-signature',
  })
})
