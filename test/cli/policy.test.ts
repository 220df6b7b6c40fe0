import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { documentOf, PUBLIC_KEY } from '../core/policy/documents.ts'
import { temporaryFolder } from '../local/temporary-folder.ts'
import { newPki, rootOf } from '../trust/pki.ts'
import { printed } from './printed.ts'

const IMAGES = 'images: [{ glob: "ghcr.io/acme/**" }]'
const keyed = (name: string, ...more: readonly string[]) =>
  documentOf(
    'VerificationPolicy',
    [IMAGES, `authorities: [{ name: key, key: { data: ${JSON.stringify(PUBLIC_KEY)} } }]`, ...more].join('\n'),
    name,
  )

const KEYLESS = 'authorities: [{ name: ci, keyless: { identities: [{ issuer: i, subject: s }] } }]'

function fileOf(text: string): string {
  const file = join(temporaryFolder(), 'policy.yaml')
  writeFileSync(file, text)
  return file
}

it('tells what files say: whom each policy asks, and what each Enforcement would do', async () => {
  const enforcement = documentOf(
    'Enforcement',
    `images: [{ glob: "ghcr.io/acme/**", exclude: ["ghcr.io/acme/try/**"] }]\nenvironment: prod\nonFailure: quarantine\ngracePeriod: 5m\nfailFast: true\nprotect: ["**:latest"]`,
    'prod',
  )
  const text = [
    keyed('any'),
    documentOf('VerificationPolicy', `${IMAGES}\n${KEYLESS}\nrequire: { atLeast: 2 }`, 'some'),
    keyed('every', 'require: all', 'mode: warn'),
    enforcement,
  ].join('---\n')
  expect(await printed('check', fileOf(text))).toEqual([
    'VerificationPolicy any (enforce) covers ghcr.io/acme/**; one of: key',
    'VerificationPolicy every (warn) covers ghcr.io/acme/**; all of: key',
    'VerificationPolicy some (enforce) covers ghcr.io/acme/**; 2 distinct signers of: ci',
    'Enforcement prod (prod) on ghcr.io/acme/** (not ghcr.io/acme/try/**): takes the tags of what has failed 5m after its first tag, or at once where a signature is bad, but never **:latest, up to 20 images or 50 % of a repository in ten minutes; says no to what no longer holds',
  ])
})

it('tells whom nobody may vouch by any more', async () => {
  const identities = '[{ issuer: i, subject: s }, { issuer: i, subject: t }]'
  const named = (n: number) => `"sha256:${`${n}`.repeat(64)}"`
  const lists = [
    documentOf('DenyList', `message: runner compromised\nidentities: ${identities}\nkeys: [${named(1)}]`, 'incident'),
    documentOf('DenyList', `certificates: [${named(2)}, ${named(3)}, ${named(4)}]`, 'old'),
  ]
  expect((await printed('check', fileOf([keyed('any'), ...lists].join('---\n')))).slice(1)).toEqual([
    'DenyList incident denies identities (2), keys (1): runner compromised',
    'DenyList old denies certificates (3)',
    'No Enforcement: images are observed, nothing is taken.',
  ])
})

it('reads folders too', async () => {
  const file = fileOf(keyed('any'))
  expect(await printed('check', dirname(file))).toEqual(await printed('check', file))
})

it('warns, and says that nothing is taken where nothing says so', async () => {
  const upstream = documentOf(
    'ClusterImagePolicy',
    `${IMAGES}\nauthorities: [{ static: { action: pass } }]\nmatch: [{ resource: pods }]`,
  )
  const [warning, ...lines] = await printed('check', fileOf(upstream))
  expect(warning).toMatch(/policy\.yaml:8:3: warning: spec\.match: /)
  expect(lines).toEqual([
    'ClusterImagePolicy sample (enforce) covers no image; one of: authority-0',
    'No Enforcement: images are observed, nothing is taken.',
  ])
})

it('names every mistake', async () => {
  await expect(printed('check', fileOf(keyed('a', 'require: most', 'mode: x')))).rejects.toThrow(
    /policy\.yaml:8:12: spec\.require: .*\n.*policy\.yaml:9:9: spec\.mode: /,
  )
})

it('knows the roots it is given', async () => {
  const identities = '[{ issuer: "https://issuer.example.com", subject: a@example.com }]'
  const policy = fileOf(
    documentOf(
      'VerificationPolicy',
      `${IMAGES}\nauthorities: [{ keyless: { trustRootRef: mine, identities: ${identities} } }]`,
    ),
  )
  await expect(printed('check', policy)).rejects.toThrow('no TrustedRoot is named "mine"')
  const root = fileOf(JSON.stringify(rootOf(newPki())))
  expect(await printed('check', policy, '--trusted-root', `mine=${root}`)).toHaveLength(2)
})

it('prints the schema for editors', async () => {
  const [schema = ''] = await printed('schema')
  expect(JSON.parse(schema)).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema' })
})
