import { describe, expect, it } from 'vitest'
import { signStatement } from '../local/signing/bundle.ts'
import { withKey } from '../local/signing/signing.ts'
import { attestation } from '../local/signing/statement.ts'
import { setOf } from './core/policy/documents.ts'
import { attach, runnable } from './memory/images.ts'
import { sha256 } from './memory/registry.ts'
import { replayAll } from './memory/replay-all.ts'
import { story } from './memory/story.ts'
import { KEYS, memory, NAME, signedPolicy } from './memory/world.ts'

const policies = (more: string) => setOf(signedPolicy('content', more))

async function pushed(more: string, config: string) {
  const outside = await memory({ policies: policies(more) })
  const its = story(outside)
  const bytes = Buffer.from(config)
  outside.registry.addBlob(NAME, bytes)
  const image = runnable('app')
  const digest = its.push(
    { ...image, config: { ...image.config, digest: sha256(bytes), size: bytes.length } } as never,
    'v1',
  )
  return { outside, digest, ...its }
}

const NOT_ROOT = `  config: [{ cel: 'config.config.User != "root"', message: image runs as root }]\n`
const APP = '{"os":"linux","architecture":"amd64","config":{"User":"app"}}'

describe('a policy that asks about the image config', () => {
  it.each([
    [APP, 'verified'],
    [APP.replace('app', 'root'), 'failed'],
    ['{}', 'failed'],
  ])('%s: %s, and a replay comes to the same', async (config, state) => {
    const { outside, digest, sign, pass, record } = await pushed(NOT_ROOT, config)
    await sign(digest)
    await pass(11)
    expect(await record(digest)).toMatchObject({ state })
    await replayAll(outside.world.store, outside.world.evidence)
  })

  it('reads no config where none does', async () => {
    const { outside, digest, sign, settle, record } = await pushed('', 'not even JSON')
    await sign(digest)
    await settle()
    expect(await record(digest)).toMatchObject({ state: 'verified' })
    await replayAll(outside.world.store, outside.world.evidence)
  })
})

describe('a policy that asks what is attested', () => {
  const ATTESTED = `      attestations:
        - { name: tests, predicateType: "https://acme.example/tests", policy: { type: cel, data: "predicate.passed > 9" } }\n`

  it('is met by a statement that says so', async () => {
    const { outside, digest, settle, pass, record } = await pushed(ATTESTED, APP)
    const attest = async (passed: number) => {
      const statement = attestation({ digest, predicateType: 'https://acme.example/tests', predicate: { passed } })
      attach(outside.registry, NAME, digest, await signStatement(statement, withKey(KEYS.privateKey)))
    }
    await attest(9)
    await settle()
    expect(await record(digest)).toMatchObject({
      state: 'pending',
      checks: [{ name: 'content/key/tests', reason: 'policy-not-met' }],
    })
    await attest(10)
    await pass(11)
    // Nobody knows which of two keys' statements is the newer: both must be good
    expect(await record(digest)).toMatchObject({ state: 'failed' })
    await replayAll(outside.world.store, outside.world.evidence)
  })
})
