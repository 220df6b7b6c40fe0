import { formatImage, type ImageId } from './core/image.ts'
import { type Descriptor, isPlatform, parseManifest } from './core/manifest.ts'
import { OverLimit } from './errors.ts'
import type { Registry } from './ports.ts'
import { roomFor } from './room.ts'

const MAX_PLATFORMS = 64
/** By all of its indexes together. */
const MAX_LISTED = 2 * MAX_PLATFORMS
const MAX_DEPTH = 4

/** The images that an index lists, those of nested indexes included. Throws OverLimit for too many, or too deep. */
export async function leavesOf(
  registry: Registry,
  image: ImageId,
  children: readonly Descriptor[],
): Promise<Descriptor[]> {
  const leaves = await leavesBelow(registry, image, children, { depth: 1, listed: { count: 0 } })
  assertFewEnough(image, leaves.length)
  return leaves
}

type Walk = { readonly depth: number; readonly listed: { count: number } }

/** What is an index itself is opened: one after the other, so that the limit met first does not depend on timing. */
async function leavesBelow(
  registry: Registry,
  image: ImageId,
  children: readonly Descriptor[],
  { depth, listed }: Walk,
): Promise<Descriptor[]> {
  // Over the whole walk: indexes may list each other again and again
  listed.count += children.length
  assertFewEnough(image, children.length)
  if (listed.count > MAX_LISTED)
    throw new OverLimit(`${formatImage(image)}: its indexes list more than ${MAX_LISTED} manifests`)
  const leaves: Descriptor[] = []
  for (const child of children) {
    const inner = await childrenOf(registry, image, child, depth)
    if (inner === undefined) leaves.push(child)
    else leaves.push(...(await leavesBelow(registry, image, inner, { depth: depth + 1, listed })))
  }
  return leaves
}

/** What an entry lists where it is an index itself. Missing or ambiguous, it is told of where it is judged. */
async function childrenOf(
  registry: Registry,
  image: ImageId,
  { mediaType, digest }: Descriptor,
  depth: number,
): Promise<readonly Descriptor[] | undefined> {
  if (!/\bindex\b|manifest\.list/.test(mediaType)) return undefined
  if (depth === MAX_DEPTH) throw new OverLimit(`${formatImage(image)}: indexes nest deeper than ${MAX_DEPTH}`)
  const fetched = await registry.manifest(image.name, digest, roomFor(MAX_LISTED).manifest)
  const manifest = fetched && parseManifest(fetched)
  if (typeof manifest !== 'object' || manifest.kind !== 'index' || manifest.mediaType !== mediaType) return undefined
  return manifest.manifests.filter(isPlatform)
}

function assertFewEnough(image: ImageId, platforms: number): void {
  if (platforms <= MAX_PLATFORMS) return
  throw new OverLimit(`${formatImage(image)}: ${platforms} platforms; at most ${MAX_PLATFORMS} are judged`)
}
