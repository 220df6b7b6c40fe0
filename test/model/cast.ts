import type { Digest } from '../../lambda/core/image.ts'
import { generateKeys } from '../../local/signing/key.ts'
import { runnable, sign } from '../memory/images.ts'
import { memoryRegistry, type Repository } from '../memory/registry.ts'
import { KEYS, NAME } from '../memory/world.ts'

/** The images of all situations. */
export type Actors = 'A' | 'B'
export type Tag = 'v1' | 'v2'

const repositories = new Map<string, Repository>()
const registry = memoryRegistry(undefined, undefined, repositories)
const pushed = { A: registry.push(NAME, runnable('A')), B: registry.push(NAME, runnable('B')) }

/** Made once: signing is slow, and signatures differ each time. */
async function signatures(key: string): Promise<Readonly<Record<Actors, Digest>>> {
  const [A, B] = [await sign(registry, NAME, pushed.A, key), await sign(registry, NAME, pushed.B, key)]
  return { A, B }
}

export const IMAGES: Readonly<Record<Actors, Digest>> = pushed
/** By the key that is asked for, and by another: good and bad. */
export const GOOD = await signatures(KEYS.privateKey)
export const BAD = await signatures(generateKeys().privateKey)
/** All manifests and blobs there may ever be; what is in the registry at a moment is a part of them. */
export const CONTENTS: Readonly<Repository> = repositories.get(NAME)!
