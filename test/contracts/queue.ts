import { describe, expect, it } from 'vitest'
import type { ImageId } from '../../lambda/core/image.ts'
import type { Push } from '../../lambda/core/push.ts'
import type { WorkQueue } from '../../lambda/ports.ts'

export type QueueWorld = {
  readonly queue: WorkQueue
  /** What the two functions would be handed now. */
  readonly received: () => Promise<{ readonly pushes: readonly Push[]; readonly acts: readonly ImageId[] }>
}

const image: ImageId = { host: '127.0.0.1:5500', name: 'team/app', digest: `sha256:${'a'.repeat(64)}` }

/** What every work queue promises. */
export function testQueue(title: string, make: () => Promise<QueueWorld>): void {
  describe(`${title}, as a work queue`, () => {
    it('hands a request to verify to the verify function, as a recheck of that image', async () => {
      const { queue, received } = await make()
      await queue.verify(image, 0)
      const { pushes, acts } = await received()
      expect(pushes).toMatchObject([{ kind: 'recheck', ...image }])
      expect(acts).toEqual([])
    })

    it.each([
      ['that was seen on a digest', { digest: image.digest }],
      ['that is gone', {}],
    ])('hands a tag %s to the verify function, as a push of it', async (_, seen) => {
      const { queue, received } = await make()
      await queue.observe({ host: image.host, name: image.name, tag: 'v1', ...seen })
      const { pushes, acts } = await received()
      const push = { kind: 'push', host: image.host, name: image.name, tag: 'v1', ...seen }
      const own = { id: expect.any(String), source: 'recheck', at: expect.any(String) }
      expect({ pushes, acts }).toEqual({ pushes: [{ ...own, ...push }], acts: [] })
    })

    it('hands a request to act to the act function', async () => {
      const { queue, received } = await make()
      await queue.act(image)
      expect(await received()).toEqual({ pushes: [], acts: [image] })
    })

    it('holds a delayed request back', async () => {
      const { queue, received } = await make()
      await queue.verify(image, 600)
      expect((await received()).pushes).toEqual([])
    })
  })
}
