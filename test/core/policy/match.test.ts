import { describe, expect, test } from 'vitest'
import {
  enforcementFor,
  environments,
  inEnvironment,
  isProtected,
  policiesFor,
} from '../../../lambda/core/policy/match.ts'
import { documentOf, setOf } from './documents.ts'

const DIGEST = `sha256:${'ab'.repeat(32)}` as const
const app = { host: 'ghcr.io', name: 'acme/app', digest: DIGEST }
const other = { host: 'ghcr.io', name: 'other/app', digest: DIGEST }
const STATIC = 'authorities: [{ static: { action: pass } }]'

test('the policies of an image: each kind by its own globs', () => {
  const set = setOf(
    documentOf('VerificationPolicy', `images: [{ glob: "ghcr.io/acme/app" }]\n${STATIC}`, 'ours'),
    documentOf('VerificationPolicy', `images: [{ glob: "quay.io/**" }, { glob: "**/app" }]\n${STATIC}`, 'any-of-two'),
    documentOf('ClusterImagePolicy', `images: [{ glob: "ghcr.io/acme/app@*" }]\n${STATIC}`, 'by-digest'),
    documentOf('ClusterImagePolicy', `images: [{ glob: "acme/a**" }]\n${STATIC}`, 'as-written'),
  )
  const names = (...args: [typeof app, string?]) => policiesFor(set, ...args).map(({ name }) => name)
  expect(names(app)).toEqual(['any-of-two', 'by-digest', 'ours'])
  expect(names(app, 'acme/app')).toEqual(['any-of-two', 'as-written', 'by-digest', 'ours'])
  expect(names(other)).toEqual(['any-of-two'])
  expect(names({ ...app, host: 'docker.io', name: 'x' })).toEqual([])
})

describe('what follows for an image', () => {
  const enforcement = (name: string, spec: string) =>
    documentOf('Enforcement', `images: [{ glob: "ghcr.io/acme/**" }]\n${spec}`, name)

  test('with no Enforcement: observed', () => {
    expect(enforcementFor(setOf(enforcement('a', 'onFailure: quarantine')), other)).toEqual({
      name: 'default',
      images: [],
      onFailure: 'observe',
      onDegraded: 'alert',
      gracePeriod: 600,
      failFast: false,
      protect: [],
      tombstone: false,
      breaker: { images: 20, percent: 50 },
    })
  })

  test('with several: the strictest action, the longest grace, all that is protected', () => {
    const set = setOf(
      enforcement('a', 'onFailure: quarantine\nonDegraded: allow\ngracePeriod: 1m\nprotect: ["**:latest"]'),
      enforcement('b', 'failFast: true\ngracePeriod: 1h\nprotect: ["**:stable"]'),
      enforcement('c', 'onDegraded: quarantine\ngracePeriod: 0s'),
    )
    const combined = enforcementFor(set, app)
    expect(combined).toMatchObject({
      name: 'a+b+c',
      onFailure: 'quarantine',
      onDegraded: 'quarantine',
      gracePeriod: 3_600,
      failFast: true,
    })
    const tags = ['latest', 'stable', 'v1'].filter((tag) => isProtected(combined, { ...app, tag }))
    expect(tags).toEqual(['latest', 'stable'])
  })

  test('telling is stricter than allowing', () => {
    const set = setOf(enforcement('a', 'onDegraded: allow'), enforcement('b', 'onDegraded: alert'))
    expect(enforcementFor(set, app).onDegraded).toBe('alert')
  })

  test.each([
    ['environment: prod', 'environment: prod', 'prod'],
    ['environment: prod', 'environment: test', undefined],
    ['environment: prod', 'failFast: true', undefined],
  ])('%s and %s: %s', (first, second, expected) => {
    expect(enforcementFor(setOf(enforcement('a', first), enforcement('b', second)), app).environment).toBe(expected)
  })
})

test('environments are those that Enforcements name, and hold what these cover', () => {
  const set = setOf(
    documentOf('Enforcement', 'images: [{ glob: "ghcr.io/acme/**" }]\nenvironment: test', 'a'),
    documentOf('Enforcement', 'images: [{ glob: "ghcr.io/**", exclude: ["**/app"] }]\nenvironment: prod', 'b'),
    documentOf('Enforcement', 'images: [{ glob: "ghcr.io/other/**" }]\nenvironment: prod', 'c'),
    documentOf('Enforcement', 'images: [{ glob: "**" }]', 'd'),
  )
  expect(environments(set)).toEqual(['prod', 'test'])
  const places = [app, other].map((image) => ['prod', 'test', 'none'].map((name) => inEnvironment(set, image, name)))
  expect(places).toEqual([
    [false, true, false],
    [true, false, false],
  ])
})
