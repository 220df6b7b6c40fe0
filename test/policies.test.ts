import { createPublicKey } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CERTIFICATE_CLAIMS } from '../lambda/core/policy/certificate-claims.ts'
import { Misconfigured } from '../lambda/errors.ts'
import { readPolicies, readPolicyText } from '../lambda/policies.ts'
import { documentOf } from './core/policy/documents.ts'

const policy = (name: string, rest = '') =>
  documentOf(
    'VerificationPolicy',
    `images: [{ glob: "**" }]\nauthorities: [{ static: { action: pass } }]\n${rest}`,
    name,
  )

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-policies-'))
})
afterEach(() => rm(folder, { recursive: true }))

const put = (files: Record<string, string>) =>
  Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)))

test('a folder: its YAML files, and nothing else in it', async () => {
  await mkdir(join(folder, 'sub.yaml'))
  await put({
    'b.yaml': policy('b'),
    'a.yml': policy('a'),
    'sub.yaml/c.yaml': policy('c'),
    '.hidden.yaml': 'not: a policy',
    'notes.md': '# not a policy',
  })
  expect((await readPolicies(folder)).policies.map(({ name }) => name)).toEqual(['a', 'b'])
})

test('files by name, wherever they lie', async () => {
  await put({ 'a.txt': policy('a') })
  expect((await readPolicies([join(folder, 'a.txt')])).policies.map(({ name }) => name)).toEqual(['a'])
})

test('text', () => {
  expect(readPolicyText('here', policy('a')).policies.map(({ name }) => name)).toEqual(['a'])
  expect(() => readPolicyText('here', 'a: 1')).toThrow('here:1:1: apiVersion: missing field(s): apiVersion')
})

test('every mistake of every file is named, up to a limit', async () => {
  await put({ 'a.yaml': policy('a', 'asdf: 1'), 'b.yaml': policy('b', 'mode: off') })
  const allowed = 'allowed here: images, authorities, mode, require, platforms, policy, config, base'
  await expect(readPolicies(folder)).rejects.toThrow(
    new Misconfigured(
      [
        'policy files with mistakes:',
        `${folder}/a.yaml:8:3: spec.asdf: unknown field "asdf"; ${allowed}`,
        `${folder}/b.yaml:8:9: spec.mode: invalid value: off: spec.mode: unsupported mode; allowed: enforce, warn`,
      ].join('\n'),
    ),
  )
  await put({ 'c.yaml': policy('c', Array.from({ length: 60 }, (_, index) => `x${index}: 1`).join('\n')) })
  await expect(readPolicies(folder)).rejects.toThrow(/\nand 12 more$/)
})

test('warnings are handed over and stop nothing', async () => {
  const spec = 'images: [{ glob: "ghcr.io/acme/app:v1" }]\nauthorities: [{ static: { action: pass } }]'
  await put({ 'a.yaml': documentOf('ClusterImagePolicy', spec) })
  const warnings: string[] = []
  expect((await readPolicies(folder, { onWarning: (text) => warnings.push(text) })).policies).toHaveLength(1)
  expect(warnings).toEqual([expect.stringContaining('a.yaml:6:20: warning: spec.images[0].glob: names a tag')])
})

test('a folder without policies is told', async () => {
  const warnings: string[] = []
  const set = await readPolicies(folder, { onWarning: (text) => warnings.push(text) })
  expect(set).toEqual({ policies: [], enforcements: [], denyLists: [], bases: [], roots: {}, keys: {}, mirrors: [] })
  expect(warnings).toEqual([`${folder}: no policy files; no image will be judged`])
})

test('a trusted root in a file beside the policies', async () => {
  const root = { mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1' }
  await put({ 'a.yaml': documentOf('TrustedRoot', 'file: root.json', 'mine') })
  await expect(readPolicies(folder)).rejects.toThrow(`spec.file: ${folder}/root.json: no such file`)
  await put({ 'root.json': JSON.stringify(root) })
  expect((await readPolicies(folder)).roots).toEqual({ mine: root })
})

test.each([
  ['no such folder', 'nowhere', /^policies cannot be read from .*nowhere: ENOENT/],
  ['text that is not UTF-8', 'latin1', /^policies cannot be read from .*latin1\/a\.yaml: .*utf-8/],
  ['a file that is too large', 'large', /a\.yaml has 1048577 bytes; at most 1048576 are allowed$/],
])('%s', async (_, name, message) => {
  for (const [sub, bytes] of [
    ['latin1', Buffer.from([0x61, 0xe9])],
    ['large', Buffer.alloc(1_048_577, '#')],
  ] as const) {
    await mkdir(join(folder, sub))
    await writeFile(join(folder, sub, 'a.yaml'), bytes)
  }
  const reading = readPolicies(join(folder, name))
  await expect(reading).rejects.toThrow(message)
  await expect(reading).rejects.toThrow(Misconfigured)
})

test('a trusted root outside the folder is refused where only the folder is shipped', async () => {
  const outside = await mkdtemp(join(tmpdir(), 'assay-roots-'))
  await writeFile(join(outside, 'root.json'), '{}')
  const document = {
    apiVersion: 'assay.dev/v1alpha1',
    kind: 'TrustedRoot',
    metadata: { name: 'elsewhere' },
    spec: { file: join(outside, 'root.json') },
  }
  await writeFile(join(folder, 'root.yaml'), JSON.stringify(document))
  await expect(readPolicies(folder, { within: folder })).rejects.toThrow('only that folder is deployed: move it there')
  await expect(readPolicies(folder)).rejects.toThrow('mediaType')
  await rm(outside, { recursive: true })
})

test('the policies that come with the product load without a warning', async () => {
  const warnings: string[] = []
  const options = { roots: { local: {} }, onWarning: (text: string) => warnings.push(text) }
  const samples = await readPolicies('policies', options)
  const examples = await readPolicies('policies/examples', options)
  expect(warnings).toEqual([])
  expect(samples.policies.map(({ name }) => name)).toEqual(['chainguard', 'sample-key', 'samples'])
  expect(examples.policies.map(({ name }) => name)).toEqual([
    'chainguard-images',
    'chainguard-organization',
    'on-chainguard',
    'production',
    'production-sbom',
    'supply-chain',
  ])
})

test('every example that documents the fields loads without a warning', async () => {
  const readme = await readFile('policies/README.md', 'utf8')
  const examples = [...readme.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text)
  const warnings: string[] = []
  const set = readPolicyText('README', examples.join('---\n'), { onWarning: (text) => warnings.push(text) })
  expect(warnings).toEqual([])
  expect(set.policies.map(({ name }) => name)).toEqual(['content', 'every-field', 'golden', 'on-golden'])
  expect(Object.keys(set.roots)).toEqual(['acme-keys'])
  expect(set.mirrors.map(({ name }) => name)).toEqual(['acme'])
})

test('the claims that are documented are those that can be asked for', async () => {
  const readme = await readFile('policies/README.md', 'utf8')
  const [, names = ''] = /as Fulcio names them:\n([\s\S]*?)\.\n/.exec(readme) ?? []
  expect([...names.matchAll(/`(\w+)`/g)].map(([, name]) => name)).toEqual(CERTIFICATE_CLAIMS)
})

test('keys and roots that have been fetched are handed on', () => {
  const arn = 'arn:aws:kms:us-east-2:111122223333:alias/a'
  const text = documentOf(
    'VerificationPolicy',
    `images: [{ glob: "**" }]\nauthorities: [{ key: { kms: "awskms:///${arn}" } }]`,
  )
  const root = Buffer.from('{"signed":{"_type":"root"},"signatures":[{}]}').toString('base64')
  const mirror = documentOf('TrustedRoot', `tuf: { mirror: "https://tuf.example", root: "${root}" }`, 'mine')
  const fetched = { mine: { mediaType: 'a' } }
  const set = readPolicyText('here', `${text}---\n${mirror}`, { keys: { [arn]: 'pem' }, fetched })
  expect(set).toMatchObject({ keys: { [arn]: 'pem' }, roots: fetched })
})

test('the sample key in the policy is the public half of the one beside it', async () => {
  const { policies } = await readPolicies('policies', { roots: { local: {} } })
  const pem = createPublicKey(await readFile('policies/sample-keys/sample.key', 'utf8')).export({
    type: 'spki',
    format: 'pem',
  })
  expect(policies.find(({ name }) => name === 'sample-key')?.authorities[0]).toMatchObject({
    demand: { signer: { kind: 'key', key: { pem } } },
  })
  expect(await readFile('policies/sample-keys/sample.pub', 'utf8')).toBe(pem)
})
