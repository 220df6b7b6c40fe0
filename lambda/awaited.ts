import * as z from 'zod'
import { type Digest, type ImageId, repositoryOf } from './core/image.ts'
import { policiesFor } from './core/policy/match.ts'
import { sourcesOf } from './core/policy/sources.ts'
import type { Known } from './world.ts'

const item = z.object({ images: z.array(z.object({ host: z.string(), name: z.string() })) })
/** Of one digest in one place of signatures. */
const MAX_WAITING = 50

/** Writes down, where an image's signatures are looked for in another repository, that it waits for one there. A hint: its deadline finds what this misses. */
export async function awaitElsewhere(world: Known, id: ImageId): Promise<void> {
  const { host, name } = id
  for (const { repository } of sourcesOf(policiesFor(world.policies, id))) {
    if (repository === undefined) continue
    const waiting = await awaitedAt(world, repository, id.digest)
    if (waiting.some((one) => one.host === host && one.name === name) || waiting.length >= MAX_WAITING) continue
    const images = [...waiting.map((one) => ({ host: one.host, name: one.name })), { host, name }]
    await world.store.putSystem(keyOf(repository, id.digest), { images })
  }
}

/** The images in other repositories that wait for a signature of this digest to be pushed here. */
export async function awaitedAt(
  world: Pick<Known, 'store'>,
  repository: { readonly host: string; readonly name: string },
  digest: Digest,
): Promise<readonly ImageId[]> {
  const read = item.safeParse(await world.store.system(keyOf(repository, digest)))
  return read.success ? read.data.images.map((image) => ({ ...image, digest })) : []
}

function keyOf(repository: { readonly host: string; readonly name: string }, digest: Digest): string {
  return `awaits#${repositoryOf(repository)}@${digest}`
}
