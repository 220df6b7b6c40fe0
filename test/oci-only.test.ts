import { expect, it } from 'vitest'
import { ociTagger } from '../lambda/quarantine/oci.ts'
import { ociRegistry } from '../lambda/registry/oci.ts'
import { pushesOf } from '../lambda/sources/parse.ts'
import { signImage } from '../local/signing/sign-image.ts'
import { withKey } from '../local/signing/signing.ts'
import { story } from './memory/story.ts'
import { HOST, KEYS, memory, NAME } from './memory/world.ts'
import { type Fixture, image } from './registry/fixtures.ts'
import { ACCOUNT, localRegistry } from './registry/local-registry.ts'

const ONE = image('one')

/** The pipeline on a registry spoken to by the OCI API only, which tells of every push, our own too. */
async function ociOnly({ overwrite }: { readonly overwrite: boolean }) {
  const outside = await memory()
  const watched = [{ host: HOST, account: ACCOUNT, region: 'us-east-1' }]
  const { host, url, push } = await localRegistry({
    onEvent: async (event) => {
      const parsed = pushesOf(event, watched)
      if ('pushes' in parsed) parsed.pushes.forEach(outside.queue.send)
    },
  })
  const options = { host, scheme: 'http' } as const
  const registry = ociRegistry(options)
  const taggers = new Map(overwrite ? [[HOST, ociTagger(options)]] : [])
  return {
    ...story(outside, { ...outside.world, registries: new Map([[HOST, registry]]), taggers }),
    registry,
    published: outside.published,
    push: async (pushed: Fixture, tag: string) => push(NAME, pushed, [tag]),
    sign: async ({ manifest }: Fixture) => {
      const signed = { ...manifest, size: manifest.bytes.length }
      await signImage({ registry: url, name: NAME }, signed, withKey(KEYS.privateKey))
    },
    at: async (tag: string) => registry.resolve(NAME, tag),
  }
}

it('verifies a signed image, and finds its tag by what was pushed', async () => {
  const { push, sign, pass, state, record } = await ociOnly({ overwrite: false })
  await push(ONE, 'v1')
  await sign(ONE)
  await pass(2)
  expect(await state(ONE.manifest.digest)).toBe('verified')
  expect(await record(ONE.manifest.digest)).toMatchObject({ taken: [], todo: [] })
})

it.each([false, true])('tells of an unsigned image and leaves its tag (asked to overwrite: %s)', async (overwrite) => {
  const { push, pass, state, at, record, published } = await ociOnly({ overwrite })
  await push(ONE, 'v1')
  await pass(13)
  expect(await state(ONE.manifest.digest)).toBe('failed')
  expect(await at('v1')).toBe(ONE.manifest.digest)
  expect(published).toMatchObject([{ event: 'failed', tags: [{ tag: 'v1', outcome: 'not-armed' }] }])
  expect(await record(ONE.manifest.digest)).toMatchObject({ taken: [], todo: [] })
})
