import { globSync, readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { policyJsonSchema } from '../../../lambda/core/policy/json-schema.ts'
import { loadPolicies } from '../../../lambda/core/policy/load.ts'
import { digest } from '../records.ts'
import { documentOf, PUBLIC_KEY } from './documents.ts'

const valid = new Ajv2020({ strict: false }).compile(policyJsonSchema())
const documentsIn = (text: string) => parseAllDocuments(text).map((document): unknown => document.toJS())
const accepts = (text: string) => documentsIn(text).every((document) => valid(document))

const IMAGES = 'images: [{ glob: "ghcr.io/acme/**" }]'
const STATIC = 'authorities: [{ static: { action: pass } }]'
const SECRET = `${JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'signer' }, stringData: { key: PUBLIC_KEY } })}\n`
const policy = (...lines: readonly string[]) => documentOf('VerificationPolicy', [IMAGES, ...lines].join('\n'))

describe('what is read as a policy, an editor accepts', () => {
  it.each(globSync('policies/**/*.yaml'))('%s', (file) => {
    expect(accepts(readFileSync(file, 'utf8'))).toBe(true)
  })

  it.each([
    policy(STATIC, 'require: all', 'platforms: each', 'mode: warn'),
    policy('authorities: [{ keyless: { identities: [{ issuer: a, subject: b }] } }]', 'require: { atLeast: 2 }'),
    policy('authorities: [{ key: { secretRef: { name: signer } }, ctlog: { threshold: 2 } }]'),
    documentOf('ClusterImagePolicy', `${IMAGES}\n${STATIC}\nmatch: [{ resource: pods }]`),
    documentOf('Enforcement', `${IMAGES}\nonFailure: quarantine\ngracePeriod: 10m\nprotect: ["**:latest"]`),
    documentOf('DenyList', `message: m\nidentities: [{ issuer: i, subjectRegExp: s, claims: { buildTrigger: push } }]`),
    documentOf('DenyList', `keys: ["${digest(1)}"]\ncertificates: ["${digest(2)}"]`),
    SECRET,
  ])('%.60j', (text) => {
    const files = [...new Set([text, SECRET])].map((one, at) => ({ path: `${at}.yaml`, text: one }))
    const { problems } = loadPolicies(files)
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(accepts(text)).toBe(true)
  })
})

describe('an editor tells', () => {
  it.each([
    ['an unknown field', policy(STATIC, 'asdf: 1')],
    ['a word that is not allowed', policy(STATIC, 'mode: garbage')],
    ['a rule for a base that is none', policy(STATIC, 'base: { required: perhaps }')],
    ['a rule that is none', policy(STATIC, 'require: { atLeast: 0 }')],
    ['a key of another kind of document', documentOf('DenyList', 'keys: [{ data: x }]')],
    ['a threshold that is none', policy('authorities: [{ key: { data: x }, ctlog: { threshold: 9 } }]')],
    ['a policy without authorities', policy()],
    ['an unknown kind', documentOf('OtherPolicy', IMAGES)],
    ['a kind of another version', policy(STATIC).replace('assay.dev/v1alpha1', 'v1')],
    ['no kind', 'apiVersion: v1\nmetadata: {}\n'],
  ])('%s', (_, text) => {
    expect(accepts(text)).toBe(false)
  })
})
