import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, it, vi } from 'vitest'
import { ENV } from '../lambda/env.ts'
import { Misconfigured } from '../lambda/errors.ts'
import { wireActor, wireApi, wireSweeper, wireVerifier } from '../lambda/wire.ts'
import { baseImage } from './bases/based.ts'
import { temporaryFolder } from './local/temporary-folder.ts'
import { signedPolicy } from './memory/world.ts'
import { image } from './registry/fixtures.ts'
import { localRegistry } from './registry/local-registry.ts'

const ecr = { host: '111122223333.dkr.ecr.eu-west-1.amazonaws.com', account: '111122223333', region: 'eu-west-1' }
const ONE = image('one')

beforeEach(() => {
  const policies = temporaryFolder()
  writeFileSync(join(policies, 'policy.yaml'), signedPolicy('signed'))
  vi.stubEnv('AWS_REGION', 'eu-west-1')
  for (const name of [ENV.table, ENV.evidenceBucket, ENV.topicArn, ENV.verifyQueueUrl, ENV.actQueueUrl]) {
    vi.stubEnv(name, 'x')
  }
  vi.stubEnv(ENV.policies, policies)
})

async function actor(...registries: readonly object[]) {
  vi.stubEnv(ENV.registries, JSON.stringify(registries))
  return (await wireActor()).world()
}

it('reads every registry, and touches tags in those of ECR and where it was asked to overwrite them', async () => {
  const { registries, taggers } = await actor(
    ecr,
    { host: 'read.example', oci: {} },
    { host: 'overwritten.example', oci: { overwrite: true } },
  )
  expect([...registries.keys()]).toEqual([ecr.host, 'read.example', 'overwritten.example'])
  expect([...taggers].map(([host, tagger]) => [host, 'remove' in tagger])).toEqual([
    [ecr.host, true],
    ['overwritten.example', false],
  ])
})

it('knows events of ECR registries only', async () => {
  vi.stubEnv(ENV.registries, JSON.stringify([{ host: 'read.example', oci: {} }, ecr]))
  expect((await wireVerifier()).registries).toEqual([ecr])
})

it('reads the registries that BaseImages name, and those for bases only, and watches neither', async () => {
  const images = ['cgr.dev/chainguard/**', 'ghcr.io/acme/**', `${ecr.host}/bases/**`, '127.0.0.1:5500/bases/**']
  const bases = images.map((glob, n) => baseImage('', `base-${n}`, glob)).join('---\n')
  writeFileSync(join(process.env[ENV.policies]!, 'bases.yaml'), bases)
  const configured = [
    { host: 'read.example', oci: {} },
    { host: 'ghcr.io', oci: { bases: true } },
  ]
  const { registries, taggers } = await actor(...configured)
  expect([...registries.keys()].toSorted()).toEqual(['cgr.dev', 'ghcr.io', 'read.example'])
  expect([...taggers.keys()]).toEqual([])
  vi.stubEnv(ENV.repositories, '["*"]')
  const sweeper = await (await wireSweeper())()
  expect([sweeper.watched, sweeper.registries.has('cgr.dev')]).toEqual([['read.example'], true])
  vi.stubEnv(ENV.deadLetters, '{"verify": {"dead": "https://q.example/dead", "target": "https://q.example/q"}}')
  for (const name of [ENV.actFunction, ENV.verifyFunction]) vi.stubEnv(name, 'x')
  const api = await (await wireApi()).world()
  expect([api.watched, [...api.untested.keys()]]).toEqual([['read.example'], ['read.example', 'ghcr.io']])
})

it('logs in to a registry as the file says', async () => {
  let open = true
  const authorize = ({ user, password }: { user?: string; password?: string }) =>
    open || (user === 'robot' && password === 'secret')
  const { host, push } = await localRegistry({ authorize })
  await push('app', ONE, ['v1'])
  open = false
  const credentials = join(temporaryFolder(), 'config.json')
  const auth = Buffer.from('robot:secret').toString('base64')
  writeFileSync(credentials, JSON.stringify({ auths: { [host]: { auth } } }))
  const known = await actor({ host, oci: { scheme: 'http', credentials, overwrite: true } })
  expect(await known.registries.get(host)?.resolve('app', 'v1')).toBe(ONE.manifest.digest)
  expect(await known.taggers.get(host)?.put('app', 'v2', ONE.manifest)).toBe('put')
  const other = { host: 'other.example', oci: { credentials } }
  await expect(actor(other)).rejects.toThrow(`${credentials} holds no login for other.example`)
  await expect(actor(other)).rejects.toBeInstanceOf(Misconfigured)
})

it('speaks http to this machine only', async () => {
  await expect(actor({ host: 'registry.example', oci: { scheme: 'http' } })).rejects.toThrow('use https')
})
