import type { FullTagger } from '../../lambda/ports.ts'
import { pushed } from './story.ts'
import { HOST, type Memory, type World } from './world.ts'

/** The world of a memory whose registry tells of our own writes too, as ECR does. */
export function echoing({ world, queue, registry }: Memory): World {
  const tagger: FullTagger = {
    ...registry.tagger,
    put: async (name, tag, manifest) => {
      const outcome = await registry.tagger.put(name, tag, manifest)
      if (outcome === 'put') queue.send(pushed(manifest.digest, tag, name))
      return outcome
    },
    remove: async (name, tag, digest) => {
      const outcome = await registry.tagger.remove(name, tag, digest)
      if (outcome === 'removed') queue.send({ ...pushed(digest, tag, name), kind: 'delete' })
      return outcome
    },
  }
  return { ...world, taggers: new Map([[HOST, tagger]]) }
}
