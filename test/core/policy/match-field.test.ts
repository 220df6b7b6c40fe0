import { describe, expect, it } from 'vitest'
import { parseImage } from '../../../lambda/core/image.ts'
import { loadPolicies } from '../../../lambda/core/policy/load.ts'
import { policiesFor } from '../../../lambda/core/policy/match.ts'
import { documentOf, problemsIn } from './documents.ts'

const policy = (match: string, kind = 'ClusterImagePolicy') =>
  documentOf(
    kind,
    `images: [{ glob: "ghcr.io/acme/**" }]\nauthorities: [{ static: { action: pass } }]\nmatch: ${match}`,
  )
const COVERS_NONE = /warning: spec\.match: chooses objects of Kubernetes.* covers no image here/

describe('match, by which a ClusterImagePolicy chooses objects of Kubernetes', () => {
  it.each([
    '[{ resource: deployments, version: v1, group: apps }]',
    '[{ resource: pods }, { version: "*" }]',
    '[{ resource: pods, selector: { matchLabels: { app: web } } }]',
    '[{ resource: jobs, selector: { matchExpressions: [{ key: app, operator: In, values: [web] }] } }]',
  ])('is read, covers no image, and that is told: %s', (match) => {
    const { set, problems } = loadPolicies([{ path: 'p.yaml', text: policy(match) }])
    expect(problems.map(({ severity }) => severity)).toEqual(['warning'])
    expect(problemsIn(policy(match))[0]).toMatch(COVERS_NONE)
    expect(policiesFor(set, parseImage(`ghcr.io/acme/app@sha256:${'0'.repeat(64)}`))).toEqual([])
  })

  it.each(['[]', 'null'])('that chooses nothing is none: %s', (match) => {
    const { set, problems } = loadPolicies([{ path: 'p.yaml', text: policy(match) }])
    expect(problems).toEqual([])
    expect(policiesFor(set, parseImage(`ghcr.io/acme/app@sha256:${'0'.repeat(64)}`))).toHaveLength(1)
  })

  it.each([
    [
      '[{ resource: apple }]',
      'invalid value: apple: spec.match[0].resource: unsupported resource name; allowed: pods,',
    ],
    ['[{ selector: { matchLabels: { a: b } } }]', 'missing field(s): spec.match[0].resource'],
    ['[{ resource: pods, selector: { matchExpressions: [{ key: a, operator: Is }] } }]', 'unsupported operator'],
    ['[{ kind: Pod }]', 'spec.match[0].kind: validation failed: unknown field "kind"'],
    ['pods', 'expected a list'],
  ])('%s is refused', (match, message) => {
    expect(problemsIn(policy(match)).join()).toContain(message)
  })

  it('is no word of ours', () => {
    expect(problemsIn(policy('[{ resource: pods }]', 'VerificationPolicy'))).toEqual([
      'p.yaml:8:3: spec.match: match is not supported: it chooses objects of Kubernetes; images are chosen by spec.images',
    ])
  })
})
