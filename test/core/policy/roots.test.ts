import { describe, expect, test } from 'vitest'
import { formatProblem } from '../../../lambda/core/policy/format-problem.ts'
import { loadPolicies } from '../../../lambda/core/policy/load.ts'
import { documentOf, problemsIn } from './documents.ts'

const LOG = {
  baseUrl: 'https://rekor.example',
  publicKey: { rawBytes: 'AAAA', validFor: { start: '2026-01-01T00:00:00Z' } },
}
const ROOT = {
  mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
  tlogs: [LOG],
  ctlogs: [LOG],
  certificateAuthorities: [{ certChain: { certificates: [{ rawBytes: 'AAAA' }] } }],
  timestampAuthorities: [],
}
const rootDocument = (spec: unknown, name = 'mine') => documentOf('TrustedRoot', JSON.stringify(spec), name)
const user = documentOf(
  'VerificationPolicy',
  'images: [{ glob: "**" }]\nauthorities: [{ keyless: { trustRootRef: mine, identities: [{ issuer: i, subject: s }] } }]',
)

test('a root is named by policies of any file, and becomes part of the set beside those of the installation', () => {
  const installed = { default: ROOT, local: ROOT }
  const files = [
    { path: 'a.yaml', text: user },
    { path: 'b.yaml', text: rootDocument({ inline: ROOT }) },
  ]
  expect(loadPolicies(files, { roots: installed })).toMatchObject({
    problems: [],
    set: { roots: { ...installed, mine: ROOT } },
  })
})

test('a root in a file is looked for beside the policy file', () => {
  const asked: string[] = []
  const readFile = (path: string) => {
    asked.push(path)
    return JSON.stringify(ROOT)
  }
  const file = { path: 'some/policies/a.yaml', text: rootDocument({ file: 'roots/mine.json' }) }
  expect(loadPolicies([file], { readFile })).toMatchObject({ problems: [], set: { roots: { mine: ROOT } } })
  expect(asked).toEqual(['some/policies/roots/mine.json'])
})

describe('a root file that cannot be used', () => {
  test.each([
    [undefined, 'no such file'],
    ['{', 'is not JSON'],
    ['null', 'expected fields, got nothing (null)'],
    ['#'.repeat(1_048_577), 'has 1048577 bytes; at most 1048576 are allowed'],
    [JSON.stringify({ ...ROOT, mediaType: undefined }), 'mediaType: missing field(s): mediaType'],
    [
      JSON.stringify({ ...ROOT, tlogs: [{ publicKey: { rawBytes: 'AAAA', validFor: {} } }] }),
      'tlogs[0].publicKey.validFor.start: missing field(s): tlogs[0].publicKey.validFor.start',
    ],
  ])('%.30s', (text, expected) => {
    const { problems } = loadPolicies([{ path: 'p.yaml', text: rootDocument({ file: 'r.json' }) }], {
      readFile: () => text,
    })
    expect(problems.map(formatProblem)).toEqual([`p.yaml:6:11: spec.file: r.json: ${expected}`])
  })
})

describe('a TrustedRoot document', () => {
  const M = 'application/vnd.dev.sigstore.trustedroot'
  test.each([
    [{}, '5:1: spec: expected exactly one, got neither: spec.file, spec.inline, spec.tuf'],
    [{ file: 'a.json', inline: ROOT }, '5:1: spec: expected exactly one, got both: spec.file, spec.inline, spec.tuf'],
    [
      { file: 'https://tuf.example/root.json' },
      '6:11: spec.file: invalid value: https://tuf.example/root.json: spec.file: a file is allowed, from where the policy file lies, such as roots/staging.json',
    ],
    [{ file: '../a.json' }, '6:11: spec.file: ../a.json: no such file'],
    [{ file: '/roots/a.json' }, '6:11: spec.file: /roots/a.json: no such file'],
    [
      { inline: { ...ROOT, mediaType: 'text/plain' } },
      `6:26: spec.inline.mediaType: invalid value: text/plain: spec.inline.mediaType: unsupported media type; allowed: ${M}+json;version=0.1, ${M}.v0.1+json, ${M}.v0.2+json`,
    ],
    [{ inline: [] }, '6:4: spec.inline: expected fields, got a list'],
    [{ url: 'https://tuf.example' }, '6:4: spec.url: unknown field "url"; allowed here: inline, file, tuf'],
  ])('%.60j', (spec, expected) => {
    expect(problemsIn(rootDocument(spec))).toContain(`p.yaml:${expected}`)
  })

  test.each(['tlogs', 'ctlogs'])('whose %s have no beginning is refused', (list) => {
    const { start: _, ...validFor } = LOG.publicKey.validFor
    const log = { ...LOG, publicKey: { ...LOG.publicKey, validFor } }
    expect(problemsIn(rootDocument({ inline: { ...ROOT, [list]: [log] } }))).toEqual([
      expect.stringMatching(
        new RegExp(`: spec\\.inline\\.${list}\\[0\\]\\.publicKey\\.validFor\\.start: missing field\\(s\\)`),
      ),
    ])
  })

  test('cannot take a name of the installation', () => {
    expect(problemsIn(rootDocument({ inline: ROOT }, 'default'))).toEqual([
      'p.yaml:4:9: metadata.name: the trusted root "default" is supplied by the installation; choose another name',
    ])
  })
})

test('a root that cannot be read is one problem, not one for each policy that names it', () => {
  expect(problemsIn(`${user}---\n${rootDocument({ file: 'r.json' })}`)).toHaveLength(1)
})
