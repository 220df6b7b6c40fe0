import { describe, expect, it } from 'vitest'
import { attach, sign } from '../memory/images.ts'
import { indexOf, layer } from '../memory/layered.ts'
import { sha256 } from '../memory/registry.ts'
import { story } from '../memory/story.ts'
import { denyingKeys, HOST, KEYS } from '../memory/world.ts'
import { APP, APP_FILES, BASES, based, baseImage, basePolicies, NODE, OS } from './based.ts'
import { attest, sbom, THEIRS, theirImage } from './strangers.ts'

const PATH = 'PATH=/usr/local/bin:/usr/bin'
const GOOD = 'LD_PRELOAD=/good.so'
const EVIL = { Env: [PATH, 'LD_PRELOAD=/evil.so'] }
const NEWER = layer({ 'usr/bin/node': 'newer' })
const evilNode = layer({ 'usr/bin/node': 'evil' })
/** The layers of another image, as if they were these. */
const lies = { layers: [OS, evilNode], diffIds: [OS, NODE].map(({ tar }) => sha256(tar)) }

describe('what others vouch for', () => {
  const both = { bases: [baseImage(), theirImage()], rule: '{ from: [ours], intact: true }' }

  it.each([
    ['before', true],
    ['after', false],
  ])(
    'runs otherwise than our base of the same layers, which was known %s it: nothing is intact for that',
    async (_, isFirst) => {
      const world = await based(both)
      const ours = () => world.base([OS, NODE], 'latest', { Env: [PATH] })
      const theirs = () => world.put('theirs/node', { layers: [OS, NODE], config: EVIL }, 'latest', THEIRS.privateKey)
      for (const push of isFirst ? [ours, theirs] : [theirs, ours]) {
        await push()
        await world.settle()
      }
      const image = await world.image({ layers: [OS, NODE, APP_FILES], config: EVIL })
      const asOurs = await world.image({ layers: [OS, NODE, APP_FILES], config: { Env: [PATH] } }, 'v2')
      await world.settle()
      expect(await world.facts(image)).toMatchObject({ intact: 'no', message: expect.stringContaining('LD_PRELOAD') })
      expect([await world.state(image), await world.state(asOurs)]).toEqual(['pending', 'verified'])
    },
  )

  it('says nothing of how our base stores its layers', async () => {
    const world = await based(both)
    await world.put('theirs/node', { ...lies, config: EVIL }, 'latest', THEIRS.privateKey)
    await world.settle()
    await world.base([OS, NODE])
    await world.settle()
    const image = await world.image(lies)
    await world.settle()
    expect([await world.state(image), (await world.facts(image))?.rung]).toEqual(['pending', 'none'])
  })
})

describe('what a runtime takes from the image config', () => {
  it.each([
    ['two PATHs, of which getenv takes the first', [GOOD, 'PATH=/evil', PATH]],
    ['two PATHs, of which shells take the last', [GOOD, PATH, 'PATH=/evil']],
    ['a PATH that begins with where a process is', [GOOD, 'PATH=:/usr/local/bin:/usr/bin']],
    ['a variable twice, as musl takes the first', [PATH, 'LD_PRELOAD=/evil.so', GOOD]],
    ['a folder of modules for iconv', [PATH, GOOD, 'GCONV_PATH=/evil']],
    ['tunables of glibc', [PATH, GOOD, 'GLIBC_TUNABLES=glibc.malloc.check=1']],
  ])('is no more that of the base with %s', async (_, Env) => {
    const world = await based({ bases: [baseImage('  expected: []\n')] })
    await world.base([OS, NODE], 'latest', { Env: [PATH, GOOD] })
    await world.settle()
    const image = await world.image({ layers: [OS, NODE], config: { Env } })
    await world.settle()
    expect(await world.facts(image)).toMatchObject({ rung: 'proved', intact: 'no' })
  })
})

describe('a file that the base has not, and its loader reads first,', () => {
  it.each([
    ['etc/ld.so.preload', undefined, 'no'],
    ['etc/ld.so.cache', undefined, 'no'],
    ['etc/ld-musl-x86_64.path', undefined, 'no'],
    ['etc/ld.so.cache', 'loader-cache', 'yes'],
    ['etc/ld.so.conf', undefined, 'yes'],
  ])('%s, %s being expected: intact is %s', async (path, expected, intact) => {
    const world = await based({ bases: [baseImage(expected && `  expected: [${expected}]\n`)] })
    await world.base([OS, NODE])
    await world.settle()
    const image = await world.image({ layers: [OS, NODE, layer({ [path]: '/evil.so' })] })
    await world.settle()
    expect(await world.facts(image)).toMatchObject({ intact })
  })
})

describe('a base that cannot be judged by the policies of now', () => {
  it('vouches for nothing: whoever stuffs it with junk must not keep a denied signature alive', async () => {
    const world = await based()
    const base = await world.base([OS, NODE])
    await world.settle()
    for (let n = 0; n < 101; n++) attach(world.outside.registry, BASES, base, { n })
    const denied = { bases: [baseImage(), denyingKeys()] }
    const { settle, pass } = story({
      ...world.outside,
      world: { ...world.outside.world, policies: basePolicies(denied) },
    })
    const image = await world.image({ layers: [OS, NODE, APP_FILES] })
    await settle()
    await pass(3)
    expect(await world.of(BASES).state(base)).toBe('error')
    expect(await world.facts(image)).toMatchObject({
      rung: 'proved',
      signature: 'unverified',
      message: expect.stringContaining('could not be judged'),
    })
  })

  it('nor does one whose verdict has ended, until it is judged anew', async () => {
    const world = await based({ rule: '{}' })
    const base = await world.base([OS, NODE])
    await world.settle()
    const { store } = world.outside.world
    const known = (await store.image({ host: HOST, name: BASES, digest: base }))!
    const ended = { ...known, goodUntil: '2026-11-22T12:30:00.000Z', version: known.version + 1 }
    await store.putImage(ended, known.version)
    const soon = await world.image({ layers: [OS, NODE, APP_FILES] })
    await world.settle()
    // No longer than the verdict on its base
    expect(await world.record(soon)).toMatchObject({ state: 'verified', goodUntil: ended.goodUntil })
    world.outside.advance(3600)
    const late = await world.image({ layers: [OS, NODE, layer({ late: '' })] }, 'v2')
    await world.settle()
    expect(await store.image({ host: HOST, name: BASES, digest: base })).not.toHaveProperty('goodUntil')
    expect((await world.record(late))?.goodUntil).toBeUndefined()
  })
})

describe('an outdated base', () => {
  const outdated = async (hide: (world: Awaited<ReturnType<typeof based>>) => Promise<void>, isBefore: boolean) => {
    const world = await based({ rule: '{ current: true }' })
    await world.base([OS, NODE])
    await world.settle()
    if (isBefore) await hide(world)
    await world.base([OS, NEWER])
    await world.settle()
    if (!isBefore) await hide(world)
    const image = await world.image({ layers: [OS, NODE, APP_FILES] })
    await world.settle()
    return { world, image }
  }

  it.each([
    [
      'under so many tags that the one that left it is one of many',
      true,
      async (world: Awaited<ReturnType<typeof based>>) => {
        for (let n = 0; n < 25; n++) await world.base([OS, NODE], `t${n}`)
        await world.settle()
      },
    ],
    [
      'whose tag was pushed again and again by whom nobody trusts',
      false,
      async (world: Awaited<ReturnType<typeof based>>) => {
        for (let n = 0; n < 7; n++) {
          await world.base([layer({ n: `${n}` })], 'latest', {}, THEIRS.privateKey)
          await world.settle()
        }
      },
    ],
  ])('is none the less so %s', async (_, isBefore, hide) => {
    const { world, image } = await outdated(hide, isBefore)
    expect([await world.state(image), (await world.facts(image))?.current]).toEqual(['pending', 'no'])
  })

  it.each([
    ['of nothing', [], []],
    ['of one platform of two', ['openssl 1'], undefined],
  ])('is none the less so where SBOMs of both tell %s', async (_, first, second) => {
    const world = await based({ rule: '{ current: true }' })
    const { registry } = world.outside
    const arm = layer({ arm: '' })
    const pushIndex = async (...node: readonly (typeof NODE)[]) => {
      const index = indexOf(
        registry,
        BASES,
        ['amd64', 'arm64'].map((architecture) => ({
          architecture,
          layers: architecture === 'arm64' ? [arm, ...node] : [OS, NODE],
          config: { Labels: { built: `${node.length}` } },
        })),
      )
      for (const [at, packages] of [first, second].entries())
        if (packages) await attest(world, BASES, index.manifests[at]!.digest, sbom(...packages))
      await sign(registry, BASES, world.of(BASES).push(index, 'latest'), KEYS.privateKey)
      await world.settle()
    }
    await pushIndex(NODE)
    const image = await world.image({ layers: [arm, NODE, APP_FILES], architecture: 'arm64' })
    await world.settle()
    expect(await world.state(image)).toBe('verified')
    await pushIndex(NODE, NEWER)
    await world.pass(5)
    expect([await world.state(image), (await world.facts(image))?.current]).toEqual(['degraded', 'no'])
  })

  it('is none the less so by the SBOM of somebody who may sign something of it, and vouches for nothing', async () => {
    const mere = theirImage('  mode: warn\n', `${HOST}/bases/**`, 'mere').replace('BaseImage', 'VerificationPolicy')
    const world = await based({ rule: '{ current: true }', bases: [baseImage(), mere] })
    await attest(world, BASES, await world.base([OS, NODE]), sbom('openssl 1'))
    await world.settle()
    const image = await world.image({ layers: [OS, NODE, APP_FILES] })
    await world.settle()
    await attest(world, BASES, await world.base([OS, NEWER]), sbom('openssl 1'), THEIRS.privateKey)
    await world.pass(5)
    expect([await world.state(image), (await world.facts(image))?.current]).toEqual(['degraded', 'no'])
  })

  it('is no younger in another repository', async () => {
    const world = await based({ rule: '{ maxAge: 1h }' })
    await world.base([OS, NODE])
    await world.settle()
    world.outside.advance(2 * 3600)
    await world.put('bases/copy', { layers: [OS, NODE] }, 'new', KEYS.privateKey)
    await world.settle()
    const image = await world.image({ layers: [OS, NODE, APP_FILES] })
    await world.settle()
    expect(await world.facts(image)).toMatchObject({ existedAt: '2026-11-22T12:00:00.000Z' })
    expect(await world.state(image)).toBe('pending')
  })
})

it('a base is no older for what others say of a copy of it', async () => {
  const world = await based({ bases: [baseImage(), theirImage()], rule: '{ from: [ours], maxAge: 1d }' })
  await world.base([OS, NODE])
  await world.settle()
  const copy = await world.put('theirs/copy', { layers: [OS, NODE] }, 'v1', THEIRS.privateKey)
  const built = {
    buildDefinition: { buildType: 'x' },
    runDetails: { metadata: { finishedOn: '2000-01-01T00:00:00Z' } },
  }
  await attest(world, 'theirs/copy', copy, built, THEIRS.privateKey, 'https://slsa.dev/provenance/v1')
  await world.settle()
  const image = await world.image({ layers: [OS, NODE, APP_FILES] })
  await world.settle()
  expect([await world.state(image), (await world.facts(image))?.existedAt]).toEqual([
    'verified',
    '2026-11-22T12:00:00.000Z',
  ])
})

it('what an image holds is not known where one of its platforms has no SBOM', async () => {
  const world = await based({ rule: `{}\n  policy: { type: cel, data: 'contents.packages <= 2' }` })
  const { registry } = world.outside
  await world.base([OS, NODE])
  await world.settle()
  const index = indexOf(registry, APP, [
    { layers: [OS, NODE, APP_FILES] },
    { layers: [OS, NODE, layer({ more: '' })], architecture: 'arm64' },
  ])
  const image = world.of(APP).push(index, 'v1')
  await sign(registry, APP, image, KEYS.privateKey)
  await attest(world, APP, index.manifests[0]!.digest, sbom('openssl 1'))
  await world.settle()
  expect(await world.state(image)).toBe('pending')
  await attest(world, APP, index.manifests[1]!.digest, sbom('openssl 1'))
  await world.settle()
  await world.outside.world.queue.verify({ host: HOST, name: APP, digest: image }, 0)
  await world.settle()
  expect(await world.state(image)).toBe('verified')
})

describe('who claims to stand on what no one will ever judge', () => {
  it.each([
    ['that is not there', async () => sha256(Buffer.from('nothing'))],
    ['that has no layers', async (world: Awaited<ReturnType<typeof based>>) => world.base([])],
    [
      'that is a signature',
      async (world: Awaited<ReturnType<typeof based>>) =>
        sign(world.outside.registry, BASES, await world.base([OS, NODE]), KEYS.privateKey),
    ],
  ])('an image %s: it is not spared for it', async (_, claimed) => {
    const world = await based({ rule: '{}' })
    const annotations = {
      'org.opencontainers.image.base.name': `${HOST}/${BASES}:1`,
      'org.opencontainers.image.base.digest': await claimed(world),
    }
    const image = await world.image({ layers: [APP_FILES], annotations })
    await world.pass(15)
    expect([await world.state(image), await world.at('v1')]).toEqual(['failed', undefined])
  })
})
