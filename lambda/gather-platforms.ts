import type { Evidence, PlatformEvidence } from './core/evidence.ts'
import type { ImageId } from './core/image.ts'
import { type Descriptor, platformOf, UNNAMED } from './core/manifest.ts'
import { gather, type Reading } from './gather.ts'
import { leavesOf } from './leaves-of.ts'
import { mapLimited } from './map-limited.ts'
import { roomFor } from './room.ts'
import { withinLimit } from './within-limit.ts'

const PARALLEL = 4

/**
 * Reads what vouches for each platform of an index alone, nested indexes included. What is more than is read is a problem of
 * that platform, or of all together: a policy that does not need them is judged all the same.
 */
export async function gatherPlatforms(
  reading: Reading,
  { image, children = [] }: Evidence,
): Promise<readonly PlatformEvidence[]> {
  const { value: leaves = [], overLimit } = await withinLimit(leavesOf(reading.registryOf(image.host), image, children))
  if (overLimit !== undefined) return [tooLarge({ platform: 'all', digest: image.digest }, overLimit)]
  const shared = { ...reading, room: roomFor(leaves.length) }
  const read = await mapLimited(leaves, PARALLEL, (leaf) => gatherPlatform(shared, image, leaf))
  return read.sort((a, b) => (`${a.platform} ${a.digest}` < `${b.platform} ${b.digest}` ? -1 : 1))
}

async function gatherPlatform(reading: Reading, image: ImageId, leaf: Descriptor): Promise<PlatformEvidence> {
  const { digest } = leaf
  const common = { platform: platformOf(leaf) ?? UNNAMED, digest, claims: [] }
  const { value: evidence, overLimit } = await withinLimit(gather(reading, { ...image, digest }))
  if (overLimit !== undefined) return tooLarge(common, overLimit)
  if (evidence === undefined) return { ...common, problem: { reason: 'child-missing', detail: digest } }
  // What the list takes for an image may be an index to whoever pulls it by digest
  const odd =
    evidence.mediaType === leaf.mediaType ? undefined : `listed as ${leaf.mediaType}, served as ${evidence.mediaType}`
  const ambiguous = evidence.ambiguous ?? odd
  if (ambiguous !== undefined) return { ...common, problem: { reason: 'ambiguous-manifest', detail: ambiguous } }
  const { claims, config } = evidence
  return { ...common, claims, ...(config && { config }) }
}

function tooLarge(about: Pick<PlatformEvidence, 'platform' | 'digest'>, detail: string): PlatformEvidence {
  return { ...about, claims: [], problem: { reason: 'over-limit', detail } }
}
