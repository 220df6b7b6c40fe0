import type { ClaimSources } from '../core/base-claims.ts'
import type { BaseEvidence, PlatformBase } from '../core/bases/base-evidence.ts'
import type { PlatformContents } from '../core/bases/standing.ts'
import type { Evidence } from '../core/evidence.ts'
import type { Digest } from '../core/image.ts'
import { type Descriptor, platformOf, UNNAMED } from '../core/manifest.ts'
import type { Reading } from '../gather.ts'
import { leavesOf } from '../leaves-of.ts'
import { mapLimited } from '../map-limited.ts'
import { roomFor } from '../room.ts'
import { withinLimit } from '../within-limit.ts'
import type { BaseSource } from './base-source.ts'
import { findChains, knownChains } from './find-chains.ts'
import { type Asked, type Asking, asking, type FollowedClaims, followClaims } from './follow-claims.ts'
import type { ReadFiles } from './layer-files.ts'
import { proveChains } from './prove-chains.ts'
import { type ReadContents, readContents } from './read-contents.ts'
import { readStatements } from './read-statements.ts'

const PARALLEL = 4

/** What an image stands on. `own`: what it consists of itself; `asked`: claimed bases that nobody has judged yet. */
export type GatheredBase = {
  readonly evidence: BaseEvidence
  readonly own: readonly PlatformContents[]
  readonly asked: readonly Asked[]
  /** Something could not be read, and may be soon. */
  readonly again?: true
}

type Leaf = { readonly digest: Digest; readonly platform?: string | undefined }
type Opened = { readonly leaf: Leaf; readonly read: ReadContents; readonly followed: FollowedClaims }

/**
 * Finds out what an image stands on, platform by platform: what it claims, its layers against those of every known base, and
 * what it does to the files of the base. Bounded; an outage is thrown.
 */
export async function gatherBase(source: BaseSource, reading: Reading, evidence: Evidence): Promise<GatheredBase> {
  const { image } = evidence
  const { value: leaves = [], overLimit } = await withinLimit(leavesOfImage(reading, evidence))
  if (overLimit !== undefined) return nothingBut(unreadable('all', image.digest, overLimit))
  const room = evidence.children === undefined ? reading.room : roomFor(leaves.length)
  const registry = reading.registryOf(image.host)
  const statements = await readStatements(registry, evidence)
  const questions = asking(reading.registryOf)
  const opened = await mapLimited(leaves, PARALLEL, async (leaf): Promise<Opened> => {
    const read = await readContents(registry, { ...image, digest: leaf.digest }, leaf.platform, room)
    return { leaf, read, followed: await claimsOf(source, questions, read, statements) }
  })
  const own = opened.flatMap(({ read }) => ('contents' in read ? [read.contents] : []))
  const held = opened.flatMap(({ followed }) => followed.holds)
  const known = await knownChains(source, own, held)
  const files = source.files(registry, image)
  const layersRead = new Map<Digest, Promise<ReadFiles>>()
  const readFiles = (layer: Descriptor) => {
    const read = layersRead.get(layer.digest) ?? files(layer)
    layersRead.set(layer.digest, read)
    return read
  }
  const platforms = await mapLimited(
    opened,
    PARALLEL,
    async ({ leaf, read, followed: { claims } }): Promise<PlatformBase> => {
      const common = { digest: leaf.digest, layers: read.layers.length, claims }
      if ('problem' in read) return { ...common, platform: leaf.platform ?? UNNAMED, found: [], problem: read.problem }
      const chains = await findChains(source, known, read.contents, image.digest)
      const proven = await proveChains(read, chains, source.policies.bases, readFiles)
      const { platform, size, layers } = read.contents
      const [first] = layers.map(({ diffId }) => diffId)
      return { ...common, platform, size, ...(first && { first }), found: [], ...proven }
    },
  )
  const asked = opened.flatMap(({ followed }) => followed.asked)
  const isUnread = (await Promise.all(layersRead.values())).some((read) => 'again' in read)
  const isUnjudged = platforms.some(({ found }) => found.some(({ bases }) => bases.some(({ unjudged }) => unjudged)))
  const awaited = await source.awaited()
  return {
    evidence: { platforms, ...(awaited.length > 0 && { awaited }) },
    own,
    asked,
    ...((isUnread || isUnjudged) && { again: true }),
  }
}

async function leavesOfImage(reading: Reading, { image, children, ambiguous }: Evidence): Promise<readonly Leaf[]> {
  if (ambiguous !== undefined) return []
  if (children === undefined) return [{ digest: image.digest }]
  const leaves = await leavesOf(reading.registryOf(image.host), image, children)
  return leaves.map((leaf) => ({ digest: leaf.digest, platform: platformOf(leaf) ?? UNNAMED }))
}

async function claimsOf(
  source: BaseSource,
  questions: Asking,
  read: ReadContents,
  statements: ClaimSources['statements'] = [],
): Promise<FollowedClaims> {
  if ('problem' in read) return { claims: [], holds: [], asked: [] }
  const { annotations, labels, contents, layers } = read
  return followClaims(source, questions, { contents, layers, annotations: [annotations], labels, statements })
}

function nothingBut(platform: PlatformBase): GatheredBase {
  return { evidence: { platforms: [platform] }, own: [], asked: [] }
}

function unreadable(platform: string, digest: Digest, detail: string): PlatformBase {
  return { platform, digest, layers: 0, claims: [], found: [], problem: { reason: 'over-limit', detail } }
}
