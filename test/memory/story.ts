import type { Digest } from '../../lambda/core/image.ts'
import type { Push } from '../../lambda/core/push.ts'
import { deliver, drain } from './drain.ts'
import { sign } from './images.ts'
import { HOST, KEYS, type Memory, NAME, type World } from './world.ts'

/** What ECR says of a push. */
export function pushed(digest: Digest, tag?: string, name = NAME): Push {
  return { id: 'event', source: 'ecr', kind: 'push', host: HOST, name, digest, at: '2026', ...(tag && { tag }) }
}

/** What people and time do around the code, in one repository. Without a world of its own it is that of the memory. */
export function story(memory: Memory, world: World = memory.world, name = NAME) {
  const { registry, queue, published } = memory
  return {
    id: (digest: Digest) => ({ host: HOST, name, digest }),
    /** Pushes, and sends the event of it. */
    push: (manifest: { readonly mediaType: string }, tag?: string): Digest => {
      const digest = registry.push(name, manifest, tag)
      queue.send({ ...pushed(digest, tag, name), at: memory.now().toISOString() })
      return digest
    },
    /** Signs and attaches, and sends the event of it. */
    sign: async (digest: Digest, key = KEYS.privateKey): Promise<Digest> => {
      const signature = await sign(registry, name, digest, key)
      queue.send(pushed(signature, undefined, name))
      return signature
    },
    /** Delivers what can be delivered now. */
    settle: () => deliver(memory, world),
    /** Lets minutes pass, with all that is done in them. */
    pass: (minutes: number) => drain(memory, world, minutes),
    record: (digest: Digest) => world.store.image({ host: HOST, name, digest }),
    state: async (digest: Digest) => (await world.store.image({ host: HOST, name, digest }))?.state ?? 'unknown',
    /** What a tag points at. */
    at: (tag: string) => registry.registry.resolve(name, tag),
    told: () => published.map(({ event }) => event),
  }
}
