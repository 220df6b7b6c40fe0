import type { Digest } from '../../lambda/core/image.ts'
import type { Registry } from '../../lambda/ports.ts'
import { watchBases } from '../../lambda/reconciling/watch-bases.ts'
import { deliver } from '../memory/drain.ts'
import { sign } from '../memory/images.ts'
import { type Layer, layered } from '../memory/layered.ts'
import { memoryRegistry } from '../memory/registry.ts'
import { KEYS, type World } from '../memory/world.ts'
import { based, baseImage } from './based.ts'

/** Registries in which only bases are read, and that tell nobody of pushes. */
export const GOLDEN = 'golden.example'
export const OTHER = 'other.example'

/** A BaseImage over all of one of these, that watches these tags of it. */
export function watching(host: string, tags: readonly string[], more = ''): string {
  const watch = tags.map((tag) => `"${host}/${tag}"`).join(', ')
  return baseImage(`${more}  watch: [${watch}]\n`, `of-${host.replace('.example', '')}-${tags.length}`, `${host}/**`)
}

/** A world with two such registries beside its own; `asked` holds what was asked of them. `refuse`: what one throws instead of an answer. */
export async function elsewhere(
  bases: readonly string[],
  refuse: (call: string) => Error | undefined = () => undefined,
  rule?: string,
) {
  const home = await based({ bases, ...(rule && { rule }) })
  const { outside } = home
  const asked: string[] = []
  const registries = new Map([GOLDEN, OTHER].map((host) => [host, memoryRegistry()] as const))
  const world: World = {
    ...outside.world,
    registries: new Map([
      ...outside.world.registries,
      ...[...registries].map(([host, { registry }]) => told(host, registry)),
    ]),
  }

  function told(host: string, registry: Registry): [string, Registry] {
    // Like all that speak only OCI
    const known: Registry = { ...registry, tagsOf: async () => undefined }
    const wrapped = new Proxy(known, {
      get:
        (target, method: keyof Registry) =>
        async (name: string, ...rest: readonly unknown[]) => {
          const call = `${method} ${host}/${name}:${String(rest[0])}`
          asked.push(call)
          const refusal = refuse(call)
          if (refusal !== undefined) throw refusal
          return (target[method] as (...all: readonly unknown[]) => unknown)(name, ...rest)
        },
    })
    return [host, wrapped]
  }

  const image = (name: string, digest: Digest, host = GOLDEN) => world.store.image({ host, name, digest })
  return {
    ...home,
    world,
    asked,
    /** Pushes a base, and signs it unless told otherwise. */
    push: async (name: string, layers: readonly Layer[], tag = 'latest', isSigned = true, host = GOLDEN) => {
      const at = registries.get(host)!
      const digest = at.push(name, layered(at, name, { layers }), tag)
      if (isSigned) await sign(at, name, digest, KEYS.privateKey)
      return digest
    },
    sign: (name: string, digest: Digest) => sign(registries.get(GOLDEN)!, name, digest, KEYS.privateKey),
    remove: (name: string, reference: string) => registries.get(GOLDEN)!.remove(name, reference),
    image,
    /** Pushes an image of ours, and signs it. */
    ours: home.image,
    standing: async (name: string, digest: Digest) => (await image(name, digest))?.standing,
    settle: () => deliver(outside, world),
    /** One sweep looks; what it asked of the registries meanwhile, and for how much work. */
    look: async () => {
      asked.length = 0
      const before = outside.queue.messages.length
      const found = await watchBases(world)
      return { found, asked: [...asked], queued: outside.queue.messages.length - before }
    },
    minutes: (count: number) => outside.advance(count * 60),
  }
}
