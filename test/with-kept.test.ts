import { describe, expect, it } from 'vitest'
import type { Digest } from '../lambda/core/image.ts'
import type { Read } from '../lambda/core/transcript.ts'
import { OverLimit } from '../lambda/errors.ts'
import type { Registry } from '../lambda/ports.ts'
import { recordReads } from '../lambda/record-reads.ts'
import { withKept } from '../lambda/with-kept.ts'
import { BUNDLE, describeBytes, listed, manifestOf, referrerOf } from './formats/layouts.ts'
import { memoryEvidence } from './memory/evidence.ts'
import { memoryRegistry } from './memory/registry.ts'
import { HOST, NAME } from './memory/world.ts'

const CONFIG = Buffer.from('{}')
const LAYER = Buffer.from('a bundle')
const image = manifestOf({ config: describeBytes('application/vnd.oci.image.config.v1+json', CONFIG), layers: [] })
const signature = referrerOf(image, [describeBytes(BUNDLE, LAYER)])
const sbom = referrerOf(image, [describeBytes('application/spdx+json', '{}')], 'application/spdx+json')
const list = manifestOf({ manifests: [listed(signature, BUNDLE)] })
const TAG = image.digest.replace(':', '-')
const layer = describeBytes(BUNDLE, LAYER).digest
const config = describeBytes('', CONFIG).digest

/** What a registry once held, after it was asked as `read` does; and a registry that has lost all but what `left` puts there. */
async function lost(
  read: (registry: Registry) => Promise<unknown>,
  left: (now: ReturnType<typeof memoryRegistry>) => void = () => {},
) {
  const evidence = memoryEvidence()
  const then = memoryRegistry()
  for (const manifest of [image, signature, sbom]) then.addManifest(NAME, manifest, [])
  then.addManifest(NAME, list, [TAG])
  then.addManifest(NAME, signature, ['signature'])
  then.addManifest(NAME, sbom, ['sbom'])
  for (const blob of [CONFIG, LAYER]) then.addBlob(NAME, blob)
  const recording = recordReads(() => then.registry, evidence)
  await read(recording.registryOf(HOST))
  const now = memoryRegistry()
  left(now)
  const reads: readonly Read[] = await recording.finish()
  const both = withKept(() => now.registry, reads, evidence)
  return { both, registry: both.registryOf(HOST), now }
}

const readAll = async (registry: Registry) => {
  await registry.referrers(NAME, image.digest)
  for (const one of [image.digest, signature.digest, sbom.digest, list.digest, TAG, 'signature', 'sbom']) {
    await registry.manifest(NAME, one)
  }
  for (const one of [layer, config]) await registry.blob(NAME, one, 1000)
}

describe('a manifest that is gone', () => {
  it.each([
    ['a signature by its digest', signature.digest, signature],
    ['a signature by its tag', 'signature', signature],
  ])('is had from what is kept: %s', async (_, reference, kept) => {
    const { registry, both } = await lost(readAll)
    expect(both.gone()).toEqual([])
    expect(await registry.manifest(NAME, reference)).toEqual(kept)
    expect(both.gone()).toEqual([kept.digest])
  })

  it.each([
    ['the image', image.digest],
    ['an index', list.digest],
    ['the fallback list, whose entries are had from the list of referrers', TAG],
    ['what holds no claim', sbom.digest],
    ['such under a tag', 'sbom'],
    ['what was never read', 'other'],
  ])('stays gone: %s', async (_, reference) => {
    const { registry, both } = await lost(readAll)
    expect(await registry.manifest(NAME, reference)).toBeUndefined()
    expect(both.gone()).toEqual([])
  })

  it('is of its own repository', async () => {
    const { registry, both } = await lost(readAll)
    expect(await registry.manifest('elsewhere', signature.digest)).toBeUndefined()
    expect(await both.registryOf('other.example').manifest(NAME, signature.digest)).toBeUndefined()
  })

  it('stays gone where its tag holds something else', async () => {
    const { registry, both } = await lost(readAll, (now) => now.addManifest(NAME, sbom, ['signature']))
    expect(await registry.manifest(NAME, 'signature')).toEqual(sbom)
    expect(both.gone()).toEqual([])
  })

  it('is read within the limits of now', async () => {
    const { registry } = await lost(readAll)
    await expect(registry.manifest(NAME, signature.digest, 10)).rejects.toThrow(OverLimit)
    await registry.manifest(NAME, signature.digest)
    await expect(registry.blob(NAME, layer, LAYER.length - 1)).rejects.toThrow(OverLimit)
  })
})

describe('a blob that is gone', () => {
  it('is had where evidence names it, which is what is told of', async () => {
    const { registry, both } = await lost(readAll, (now) => now.addManifest(NAME, signature, []))
    expect(await registry.blob(NAME, layer, 1000)).toBeUndefined()
    await registry.manifest(NAME, signature.digest)
    expect(both.gone()).toEqual([])
    expect(await registry.blob(NAME, layer, 1000)).toEqual(LAYER)
    expect(both.gone()).toEqual([signature.digest])
  })

  it('is told of by every manifest that names it', async () => {
    const other = referrerOf(image, [describeBytes(BUNDLE, LAYER), describeBytes(BUNDLE, 'another')])
    const { registry, both } = await lost(readAll, (now) => {
      for (const one of [signature, other]) now.addManifest(NAME, one, [])
    })
    for (const one of [signature, other]) await registry.manifest(NAME, one.digest)
    await registry.blob(NAME, layer, 1000)
    expect(both.gone()).toEqual([signature.digest, other.digest].sort())
  })

  it('stays gone where it is the config of the image, or was never read', async () => {
    const { registry } = await lost(async (then) => {
      for (const one of [image.digest, signature.digest]) await then.manifest(NAME, one)
      await then.blob(NAME, config, 1000)
    })
    for (const one of [image.digest, signature.digest]) await registry.manifest(NAME, one)
    expect([await registry.blob(NAME, config, 1000), await registry.blob(NAME, layer, 1000)]).toEqual([
      undefined,
      undefined,
    ])
  })
})

describe('a list of referrers', () => {
  const digests = async (registry: Registry, which?: { artifactType?: string; maxBytes?: number }) =>
    (await registry.referrers(NAME, image.digest, which))?.map(({ digest }) => digest)

  it('has what it has lost behind what it has, each once', async () => {
    const newer = referrerOf(image, [describeBytes(BUNDLE, 'newer')])
    const { registry } = await lost(readAll, (now) => {
      for (const one of [newer, sbom]) now.addManifest(NAME, one, [])
    })
    expect(await digests(registry)).toEqual([newer.digest, sbom.digest, signature.digest])
  })

  it('is of the type that is asked for, whether it was read by type or not', async () => {
    const { registry } = await lost(readAll)
    expect(await digests(registry, { artifactType: BUNDLE })).toEqual([signature.digest])
    const byType = await lost(async (then) => {
      for (const artifactType of [BUNDLE, 'application/spdx+json']) {
        await then.referrers(NAME, image.digest, { artifactType })
      }
      for (const one of [signature, sbom]) await then.manifest(NAME, one.digest)
    })
    expect(await digests(byType.registry)).toEqual(expect.arrayContaining([signature.digest, sbom.digest]))
  })

  describe('under the fallback tag', () => {
    const read = async (then: Registry) => {
      for (const one of [TAG, signature.digest]) await then.manifest(NAME, one)
    }

    it.each([
      ['gone', undefined],
      ['without it', manifestOf({ manifests: [] })],
      ['none', sbom],
    ])('counts too where that is %s by now', async (_, tagged) => {
      const { registry } = await lost(read, (now) => tagged && now.addManifest(NAME, tagged, [TAG]))
      expect(await digests(registry)).toEqual(tagged === sbom ? [sbom.digest, signature.digest] : [signature.digest])
    })

    it('has lost nothing where it is still listed there', async () => {
      const { registry, both } = await lost(read, (now) => now.addManifest(NAME, list, [TAG]))
      expect(await digests(registry)).toEqual([])
      await registry.manifest(NAME, signature.digest)
      expect(both.gone()).toEqual([signature.digest])
    })
  })

  it('has nothing that was only listed, and is none where there was none', async () => {
    const { registry, now } = await lost((then) => then.referrers(NAME, image.digest))
    expect(await digests(registry)).toEqual([])
    now.registry.referrers = async () => undefined
    const both = withKept(() => now.registry, [], memoryEvidence())
    expect(await digests(both.registryOf(HOST))).toBeUndefined()
  })

  it('is no longer than is read, those that are gone included', async () => {
    const { registry } = await lost(readAll)
    const size = JSON.stringify(await registry.referrers(NAME, image.digest)).length
    expect(await digests(registry, { maxBytes: size })).toHaveLength(2)
    await expect(digests(registry, { maxBytes: size - 1 })).rejects.toThrow(OverLimit)
  })

  it('tells of what is no longer listed once it is opened and holds claims, though it is still there by digest', async () => {
    const { now, both, registry } = await lost(readAll, (left) => {
      for (const one of [signature, sbom]) left.addManifest(NAME, one, [])
    })
    now.registry.referrers = async () => []
    await digests(registry)
    for (const one of [signature, sbom]) await registry.manifest(NAME, one.digest)
    expect(both.gone()).toEqual([signature.digest])
  })
})

it('asks a registry for all else as it is', async () => {
  const { registry } = await lost(readAll, (now) => now.addManifest(NAME, image, ['v1']))
  const tagsOf = (digest: Digest) => registry.tagsOf(NAME, digest)
  expect([await registry.resolve(NAME, 'v1'), await tagsOf(image.digest)]).toEqual([image.digest, ['v1']])
})
