import { expect, it } from 'vitest'
import { buriedIn } from '../lambda/core/tombstone.ts'
import type { Tagger } from '../lambda/ports.ts'
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
const TWO = image('two')

/** The pipeline on a registry spoken to by the OCI API only, which tells of every push, our own too. */
async function ociOnly({ overwrite }: { readonly overwrite: boolean }) {
  const outside = await memory()
  const watched = [{ host: HOST, account: ACCOUNT, region: 'us-east-1' }]
  const { host, url, push } = await localRegistry({
    now: outside.now,
    onEvent: async (event) => {
      const parsed = pushesOf(event, watched)
      if ('pushes' in parsed) parsed.pushes.forEach(outside.queue.send)
    },
  })
  const options = { host, scheme: 'http' } as const
  const registry = ociRegistry(options)
  const tagger = ociTagger(options)
  let before = async () => {}
  const racing: Tagger = {
    put: async (name, tag, manifest) => {
      if (buriedIn(manifest) !== undefined) await before()
      return tagger.put(name, tag, manifest)
    },
  }
  const taggers = new Map(overwrite ? [[HOST, racing]] : [])
  return {
    ...story(outside, { ...outside.world, registries: new Map([[HOST, registry]]), taggers }),
    registry,
    published: outside.published,
    push: async (pushed: Fixture, tag: string) => push(NAME, pushed, [tag]),
    sign: async ({ manifest }: Fixture) => {
      const signed = { ...manifest, size: manifest.bytes.length }
      await signImage({ registry: url, name: NAME }, signed, withKey(KEYS.privateKey))
    },
    /** What happens right before a tag is overwritten. */
    overwriting: (happens: () => Promise<void>) => {
      before = happens
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

it('tells of an unsigned image and leaves its tag where nobody asked for overwriting', async () => {
  const { push, pass, state, at, record, published } = await ociOnly({ overwrite: false })
  await push(ONE, 'v1')
  await pass(13)
  expect(await state(ONE.manifest.digest)).toBe('failed')
  expect(await at('v1')).toBe(ONE.manifest.digest)
  expect(published).toMatchObject([{ event: 'failed', tags: [{ tag: 'v1', outcome: 'not-armed' }] }])
  expect(await record(ONE.manifest.digest)).toMatchObject({ taken: [], todo: [] })
})

it('overwrites the tag of an unsigned image by a tombstone, and gives it back once it is signed', async () => {
  const { push, sign, pass, state, at, record, registry, told } = await ociOnly({ overwrite: true })
  const { digest } = ONE.manifest
  await push(ONE, 'v1')
  await pass(13)
  const there = await registry.manifest(NAME, 'v1')
  expect(there && buriedIn(there)).toBe(digest)
  expect(there && (await record(there.digest))).toBeUndefined()
  expect(await registry.manifest(NAME, digest)).toEqual(ONE.manifest)
  expect(await record(digest)).toMatchObject({ state: 'failed', taken: ['v1'], todo: [] })
  await sign(ONE)
  await pass(2)
  expect(await state(digest)).toBe('verified')
  expect(await at('v1')).toBe(digest)
  expect(told()).toEqual(['failed', 'recovered'])
})

it('puts back an image that was pushed in the moment in which its tag was overwritten', async () => {
  const { push, sign, pass, state, at, overwriting } = await ociOnly({ overwrite: true })
  overwriting(async () => {
    await push(TWO, 'v1')
    await sign(TWO)
  })
  await push(ONE, 'v1')
  await pass(15)
  expect(await state(ONE.manifest.digest)).toBe('failed')
  expect(await at('v1')).toBe(TWO.manifest.digest)
})
