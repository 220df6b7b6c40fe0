import { describe, expect, it } from 'vitest'
import type { Registry, Tagger } from '../../lambda/ports.ts'
import { image, type PushImage } from '../registry/fixtures.ts'

/** A registry seen through both its adapters, and a way into it past them. */
export type TaggerWorld<T> = {
  readonly tagger: T
  /** Looks at the same registry. */
  readonly registry: Registry
  readonly push: PushImage
}

/** One adapter of the Tagger port, or of the FullTagger port. */
export type TaggerContract<T> = {
  readonly title: string
  /** An empty registry; `immutable` names tags that cannot be moved once they are put. */
  readonly make: (immutable: (tag: string) => boolean) => Promise<TaggerWorld<T>>
}

const NAME = 'team/app'
const ONE = image('one')
const TWO = image('two')
const never = () => false

/** What every adapter of the Tagger port promises. */
export function testTagger({ title, make }: TaggerContract<Tagger>): void {
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
  })
}
