import { awaiting } from './awaited.ts'
import { leftBases } from './bases/left-bases.ts'
import type { Digest, ImageId } from './core/image.ts'
import { isRunnable, isSignature, type Manifest, parseManifest } from './core/manifest.ts'
import { tagPrefixes } from './core/policy/sources.ts'
import type { Push } from './core/push.ts'
import type { TagRecord } from './core/status.ts'
import { isQuarantineTagOf, signatureSubject } from './core/tags.ts'
import { buriedIn } from './core/tombstone.ts'
import { asArchived } from './errors.ts'
import { observeTag } from './observe-tag.ts'
import type { Registry } from './ports.ts'
import { withinLimit } from './within-limit.ts'
import type { Known } from './world.ts'

/** Events tell time to the second, and clocks differ. */
const COLLISION_MS = 60_000
/** How many children of an index under a signature tag are opened to see whether an image hides there. */
const MAX_CHILDREN = 100

/** An image a push is about. */
export type Subject = {
  readonly id: ImageId
  /** Under this tag it is judged whatever it looks like; otherwise only what is no mere signature is. */
  readonly asImage: boolean
  /** The ordinary tag that the push named it by. */
  readonly tag?: string
  /** The tag it lost to our own giving back of another image, in the same moment (rule 8). */
  readonly displaced?: string
  /** It is judged when the others are, since it rests on what they come to. */
  readonly later?: true
}

/** The images a push is about: the image itself, or the one that a pushed or deleted signature speaks of. */
export async function subjectsOf(world: Known, registry: Registry, push: Push): Promise<readonly Subject[]> {
  const { host, name, tag, digest } = push
  const again = (id: ImageId): Subject => ({ id, asImage: false })
  const known = (one: Digest) => again({ host, name, digest: one })
  if (push.kind === 'recheck') return digest === undefined ? [] : [known(digest)]
  if (tag !== undefined && digest !== undefined && (await isOwnPush(world, { host, name, digest }, tag))) return []
  const at = world.now().toISOString()
  const { digest: now, before } = tag ? await observeTag(world.store, registry, { host, name, tag }, at) : {}
  const pushed = push.kind === 'push' ? digest : undefined
  const digests = [...new Set([now, pushed])].filter((one) => one !== undefined)
  const spokenOf = tag === undefined ? undefined : spokenOfBy(world, tag)
  const found = (
    await Promise.all(digests.map((one) => subjectsOfManifest(registry, name, one, tag, spokenOf !== undefined)))
  ).flat()
  const displaced = tag !== undefined && now !== undefined && now !== pushed && (await isOurs(world, push, tag, now))
  const judged = found.filter(({ itself }) => itself).map((one) => one.digest)
  const mentioned = found.filter(({ itself }) => !itself).map((one) => one.digest)
  const others = [...new Set(spokenOf === undefined ? mentioned : [...mentioned, spokenOf])]
  const overwritten = overwrittenBy(now, before)
  const replaced = tag === undefined ? [] : await leftBases(world, { host, name, tag })
  const elsewhere = await Promise.all(others.map((one) => awaiting(world, { host, name, digest: one })))
  return [
    ...judged.map((one) => ({
      ...known(one),
      asImage: true,
      ...(tag !== undefined && { tag }),
      ...(displaced && one !== now && { displaced: tag }),
    })),
    ...(overwritten && tag ? [{ ...known(overwritten), displaced: tag }] : []),
    ...others.map(known),
    ...replaced.map((one) => ({ ...known(one), later: true as const })),
    ...elsewhere.flat().map(again),
  ]
}

/**
 * What an outage is written down for when the registry could not be asked what was pushed: an image under an ordinary tag,
 * and what is known as an image already. A signature must never become an image by an outage.
 */
export async function subjectOfOutage(world: Known, push: Push): Promise<ImageId | undefined> {
  const { host, name, tag } = push
  const spokenOf = tag === undefined ? undefined : spokenOfBy(world, tag)
  const digest = spokenOf ?? push.digest
  if (digest === undefined) return undefined
  const id = { host, name, digest }
  const ordinary = tag !== undefined && spokenOf === undefined && !isQuarantineTagOf(tag, digest)
  return ordinary || (await world.store.image(id)) !== undefined ? id : undefined
}

/** The image that a signature tag speaks of, under any prefix that a policy names. */
export function spokenOfBy({ policies }: Pick<Known, 'policies'>, tag: string): Digest | undefined {
  return signatureSubject(tag, tagPrefixes(policies.policies))
}

/** The tag under which we keep a quarantined image: our own writing makes no new work (I10). */
async function isOwnPush(world: Known, id: ImageId, tag: string): Promise<boolean> {
  if (!isQuarantineTagOf(tag, id.digest)) return false
  // Anybody can write such a tag; only on an image that we have judged is it ours
  return (await world.store.image(id)) !== undefined
}

/** The image whose push was seen before our own put landed over it: late, since puts are paced and tried again (rule 8). */
function overwrittenBy(now: Digest | undefined, before: TagRecord | undefined): Digest | undefined {
  const { ownPut, digest, observedAt = '' } = before ?? {}
  if (ownPut === undefined || now !== ownPut.digest || digest === now || digest === ownPut.insteadOf) return undefined
  return Date.parse(observedAt) >= Date.parse(ownPut.at) - COLLISION_MS ? digest : undefined
}

/** Whether a tag points at what we put there for another image, at about the time of this push: our put and the push have collided. */
async function isOurs(world: Known, push: Push, tag: string, now: string): Promise<boolean> {
  const ownPut = (await world.store.tag(push.host, push.name, tag))?.ownPut
  if (ownPut === undefined || ownPut.digest !== now || ownPut.insteadOf === push.digest) return false
  return Math.abs(Date.parse(ownPut.at) - Date.parse(push.at)) <= COLLISION_MS
}

/** What under a tag is judged: the thing itself, unless it is a mere signature, and the one it says it is attached to. */
export async function subjectsOfManifest(
  registry: Registry,
  name: string,
  digest: Digest,
  tag: string | undefined,
  claimsSignature: boolean,
): Promise<{ readonly digest: Digest; readonly itself: boolean }[]> {
  const { value: fetched, overLimit } = await withinLimit(registry.manifest(name, digest).catch(asArchived))
  // Whether it is an image is known of it, if it was archived by us
  if (fetched === 'archived') return tag === undefined ? [] : [{ digest, itself: true }]
  // Too large to be read: judged all the same, so that it is written down and told (I8)
  if (overLimit !== undefined) return tag === undefined ? [] : [{ digest, itself: true }]
  // What we put in the place of a taken tag is no image
  if (fetched === undefined || buriedIn(fetched) !== undefined) return []
  const manifest = parseManifest(fetched)
  const itself = tag !== undefined && (await isJudged(registry, name, manifest, claimsSignature))
  const subject = typeof manifest === 'string' ? undefined : manifest.subject?.digest
  return [...(itself ? [{ digest, itself }] : []), ...(subject ? [{ digest: subject, itself: false }] : [])]
}

/** Under an ordinary tag all but signatures is judged; under a signature tag only what a runtime would start. */
async function isJudged(
  registry: Registry,
  name: string,
  manifest: Manifest | string,
  claimsSignature: boolean,
): Promise<boolean> {
  // It can be read two ways or not at all: whoever finds it under a tag may run it, so it is judged (and fails)
  if (typeof manifest === 'string') return true
  if (!claimsSignature) return !isSignature(manifest)
  if (isRunnable(manifest)) return true
  if (manifest.kind === 'image') return false
  if (manifest.manifests.length > MAX_CHILDREN) return true
  for (const child of manifest.manifests) {
    const { value: fetched, overLimit } = await withinLimit(registry.manifest(name, child.digest))
    // A runtime may read on where we do not
    if (overLimit !== undefined) return true
    const parsed = fetched && parseManifest(fetched)
    if (typeof parsed === 'object' && isRunnable(parsed)) return true
  }
  return false
}
