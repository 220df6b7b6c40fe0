import { describe, expect, it } from 'vitest'
import type { Registry, Tagger } from '../../lambda/ports.ts'
import { image, type PushImage } from '../registry/fixtures.ts'

/** A registry seen through both its adapters, and a way into it past them. */
export type TaggerWorld = {
  readonly tagger: Tagger
  /** Looks at the same registry. */
  readonly registry: Registry
  readonly push: PushImage
}

/** One adapter of the Tagger port. */
export type TaggerContract = {
  readonly title: string
  /** Whether it can compare and delete. */
  readonly removes: boolean
  /** An empty registry; `immutable` names tags that cannot be moved once they are put. */
  readonly make: (immutable: (tag: string) => boolean) => Promise<TaggerWorld>
}

const NAME = 'team/app'
const ONE = image('one')
const TWO = image('two')
const never = () => false

/** What every adapter of the Tagger port promises. */
export function testTagger({ title, removes, make }: TaggerContract): void {
  describe(`${title}, as a tagger`, () => {
    it('puts a tag on a manifest, and again', async () => {
      const { tagger, registry, push } = await make(never)
      await push(NAME, ONE)
      expect(await tagger.put(NAME, 'v1', ONE.manifest)).toBe('put')
      expect(await tagger.put(NAME, 'v1', ONE.manifest)).toBe('put')
      expect(await registry.resolve(NAME, 'v1')).toBe(ONE.manifest.digest)
    })

    it('moves a tag that may move', async () => {
      const { tagger, registry, push } = await make(never)
      await push(NAME, ONE, ['v1'])
      await push(NAME, TWO)
      expect(await tagger.put(NAME, 'v1', TWO.manifest)).toBe('put')
      expect(await registry.resolve(NAME, 'v1')).toBe(TWO.manifest.digest)
    })

    it('leaves an immutable tag where it is', async () => {
      const { tagger, registry, push } = await make((tag) => tag === 'v1')
      await push(NAME, ONE, ['v1'])
      await push(NAME, TWO)
      expect(await tagger.put(NAME, 'v1', TWO.manifest)).toBe('taken')
      expect(await registry.resolve(NAME, 'v1')).toBe(ONE.manifest.digest)
    })

    it('puts an immutable tag again where it is already', async () => {
      const { tagger, push } = await make((tag) => tag === 'v1')
      await push(NAME, ONE, ['v1'])
      expect(await tagger.put(NAME, 'v1', ONE.manifest)).toBe('put')
    })

    it(removes ? 'removes tags' : 'has no way to remove a tag', async () => {
      const { tagger } = await make(never)
      expect(tagger.remove !== undefined).toBe(removes)
    })

    if (!removes) return

    it('removes one tag and leaves the image under its others', async () => {
      const { tagger, registry, push } = await make(never)
      await push(NAME, ONE, ['v1', 'v2'])
      expect(await tagger.remove?.(NAME, 'v1', ONE.manifest.digest)).toBe('removed')
      expect(await registry.resolve(NAME, 'v1')).toBeUndefined()
      expect(await registry.resolve(NAME, 'v2')).toBe(ONE.manifest.digest)
      expect(await registry.manifest(NAME, ONE.manifest.digest)).toMatchObject({ digest: ONE.manifest.digest })
    })

    it('leaves a tag that has moved to another digest', async () => {
      const { tagger, registry, push } = await make(never)
      await push(NAME, ONE, ['v1', 'kept'])
      await push(NAME, TWO, ['v1'])
      expect(await tagger.remove?.(NAME, 'v1', ONE.manifest.digest)).toBe('moved')
      expect(await registry.resolve(NAME, 'v1')).toBe(TWO.manifest.digest)
      expect(await registry.resolve(NAME, 'kept')).toBe(ONE.manifest.digest)
    })

    it('finds a tag absent that is not there', async () => {
      const { tagger, registry, push } = await make(never)
      expect(await tagger.remove?.(NAME, 'v1', ONE.manifest.digest)).toBe('absent')
      await push(NAME, ONE, ['v1', 'kept'])
      expect(await tagger.remove?.(NAME, 'v1', ONE.manifest.digest)).toBe('removed')
      expect(await tagger.remove?.(NAME, 'v1', ONE.manifest.digest)).toBe('absent')
      expect(await registry.resolve(NAME, 'kept')).toBe(ONE.manifest.digest)
    })
  })
}
