import { describe, expect, it } from 'vitest'
import { Archived } from '../../lambda/errors.ts'
import type { FullTagger } from '../../lambda/ports.ts'
import { image } from '../registry/fixtures.ts'
import { type TaggerContract, testTagger } from './tagger.ts'

const NAME = 'team/app'
const ONE = image('one')
const TWO = image('two')
const never = () => false

/** What every adapter of the FullTagger port promises. */
export function testFullTagger({ title, make }: TaggerContract<FullTagger>): void {
  testTagger({ title, make })
  describe(`${title}, as a full tagger`, () => {
    it('removes one tag and leaves the image under its others', async () => {
      const { tagger, registry, push } = await make(never)
      await push(NAME, ONE, ['v1', 'v2'])
      expect(await tagger.remove(NAME, 'v1', ONE.manifest.digest)).toBe('removed')
      expect(await registry.resolve(NAME, 'v1')).toBeUndefined()
      expect(await registry.resolve(NAME, 'v2')).toBe(ONE.manifest.digest)
      expect(await registry.manifest(NAME, ONE.manifest.digest)).toMatchObject({ digest: ONE.manifest.digest })
    })

    it('leaves a tag that has moved to another digest', async () => {
      const { tagger, registry, push } = await make(never)
      await push(NAME, ONE, ['v1', 'kept'])
      await push(NAME, TWO, ['v1'])
      expect(await tagger.remove(NAME, 'v1', ONE.manifest.digest)).toBe('moved')
      expect(await registry.resolve(NAME, 'v1')).toBe(TWO.manifest.digest)
      expect(await registry.resolve(NAME, 'kept')).toBe(ONE.manifest.digest)
    })

    it('finds a tag absent that is not there', async () => {
      const { tagger, registry, push } = await make(never)
      expect(await tagger.remove(NAME, 'v1', ONE.manifest.digest)).toBe('absent')
      await push(NAME, ONE, ['v1', 'kept'])
      expect(await tagger.remove(NAME, 'v1', ONE.manifest.digest)).toBe('removed')
      expect(await tagger.remove(NAME, 'v1', ONE.manifest.digest)).toBe('absent')
      expect(await registry.resolve(NAME, 'kept')).toBe(ONE.manifest.digest)
    })

    it('archives an image so that nobody can pull it, under whatever name, and deletes nothing', async () => {
      const { tagger, registry, push } = await make(never)
      const { digest } = ONE.manifest
      expect(await tagger.storage(NAME, digest)).toBeUndefined()
      await push(NAME, ONE, ['v1'])
      expect(await tagger.storage(NAME, digest)).toBe('active')
      await tagger.store(NAME, digest, 'archived')
      expect(await tagger.storage(NAME, digest)).toBe('archived')
      await expect(registry.manifest(NAME, digest)).rejects.toBeInstanceOf(Archived)
      expect(await registry.resolve(NAME, 'v1')).toBe(digest)
      expect(await registry.tagsOf(NAME, digest)).toEqual(['v1'])
      await tagger.store(NAME, digest, 'active')
      expect(await tagger.storage(NAME, digest)).toBe('active')
      expect(await registry.manifest(NAME, digest)).toMatchObject({ digest })
    })

    it('finds an archived image active once it is pushed again', async () => {
      const { tagger, push } = await make(never)
      await push(NAME, ONE, ['v1'])
      await tagger.store(NAME, ONE.manifest.digest, 'archived')
      await push(NAME, ONE, ['v1'])
      expect(await tagger.storage(NAME, ONE.manifest.digest)).toBe('active')
    })
  })
}
