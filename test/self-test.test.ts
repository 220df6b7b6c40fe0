import { describe, expect, it } from 'vitest'
import { selfTest } from '../lambda/acting/self-test.ts'
import { Unavailable } from '../lambda/errors.ts'
import type { FullTagger, Registry } from '../lambda/ports.ts'
import { ecrTagger } from '../lambda/quarantine/ecr.ts'
import { ecrRegistry } from '../lambda/registry/ecr.ts'
import { image } from './registry/fixtures.ts'
import { ACCOUNT, localRegistry } from './registry/local-registry.ts'

const NAME = 'assay/self-test'
const ONE = image('one')

async function world(deleteMeaning: () => 'tag' | 'image'): Promise<{ registry: Registry; tagger: FullTagger }> {
  const { client, push } = await localRegistry({ deleteMeaning })
  await push(NAME, ONE)
  const account = { client, registryId: ACCOUNT }
  return { registry: ecrRegistry(account), tagger: ecrTagger(account) }
}

describe('selfTest', () => {
  it('passes where tag and digest remove the tag, again and again, and leaves the image', async () => {
    const { registry, tagger } = await world(() => 'tag')
    for (let run = 0; run < 2; run++) {
      expect(await selfTest(registry, tagger, NAME, ONE.manifest)).toMatchObject({ means: 'remove' })
    }
    expect(await registry.tagsOf(NAME, ONE.manifest.digest)).toEqual(['assay-self-test-keep'])
  })

  it('fails where tag and digest remove the image', async () => {
    const { registry, tagger } = await world(() => 'image')
    const { means, detail } = await selfTest(registry, tagger, NAME, ONE.manifest)
    expect(means).toBe('overwrite')
    expect(detail).toContain('look for the tags left: expected "assay-self-test-b assay-self-test-keep", saw ""')
  })

  it('fails where the image is removed even if the list of tags lags behind', async () => {
    const { registry, tagger } = await world(() => 'image')
    const lagging = {
      ...registry,
      tagsOf: async () => ['assay-self-test-b', 'assay-self-test-keep'],
      manifest: async () => ONE.manifest,
    }
    const { means, detail } = await selfTest(lagging, tagger, NAME, ONE.manifest)
    expect(means).toBe('overwrite')
    expect(detail).toContain('remove assay-self-test-b with another digest: expected "moved", saw "absent"')
  })

  it('fails where the digest is not looked at', async () => {
    const { registry, tagger } = await world(() => 'tag')
    const careless: FullTagger = {
      ...tagger,
      remove: async (name, tag, digest) => tagger.remove(name, tag, (await registry.resolve(name, tag)) ?? digest),
    }
    const { means, detail } = await selfTest(registry, careless, NAME, ONE.manifest)
    expect(means).toBe('overwrite')
    expect(detail).toContain('remove assay-self-test-b with another digest: expected "moved", saw "removed"')
  })

  it('leaves nothing to be done where not even a tag can be put', async () => {
    const { registry, tagger } = await world(() => 'tag')
    const refusing: FullTagger = { ...tagger, put: async () => 'taken' }
    expect(await selfTest(registry, refusing, NAME, ONE.manifest)).toMatchObject({ means: 'none' })
  })

  it('passes after a run that stopped half-way', async () => {
    const { registry, tagger } = await world(() => 'tag')
    const stopping: FullTagger = {
      ...tagger,
      remove: async () => {
        throw new Unavailable('ECR', 'gone')
      },
    }
    await expect(selfTest(registry, stopping, NAME, ONE.manifest)).rejects.toBeInstanceOf(Unavailable)
    expect(await selfTest(registry, tagger, NAME, ONE.manifest)).toMatchObject({ means: 'remove' })
  })
})
