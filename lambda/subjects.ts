import type { Digest, ImageId } from './core/image.ts'
import { isRunnable, isSignature, type Manifest, parseManifest } from './core/manifest.ts'
import type { Push } from './core/push.ts'
import { isQuarantineTagOf, signatureSubject } from './core/tags.ts'
import { observeTag } from './observe-tag.ts'
import type { Registry } from './ports.ts'
import type { Known } from './world.ts'

/** How many children of an index under a signature tag are opened to see whether an image hides there. */
const MAX_CHILDREN = 100

/** The images a push is about: the image itself, or the one that a pushed signature speaks of. */
export async function subjectsOf(world: Known, registry: Registry, push: Push): Promise<readonly ImageId[]> {
  const { host, name, tag, digest } = push
  if (push.kind === 'recheck') return digest === undefined ? [] : [{ host, name, digest }]
  if (tag !== undefined && digest !== undefined && (await isOwnPush(world, { host, name, digest }, tag))) return []
  const now = tag && (await observeTag(world.store, registry, { host, name, tag }, world.now().toISOString()))
  const pushed = push.kind === 'push' ? digest : undefined
  const digests = [...new Set([now, pushed])].filter((one) => one !== undefined && one !== '')
  const found = await Promise.all(digests.map((one) => subjectsOfManifest(registry, name, one, tag)))
  return [...new Set(found.flat())].map((subject) => ({ host, name, digest: subject }))
}

/** The tag under which we keep a quarantined image: our own writing makes no new work (I10). */
async function isOwnPush(world: Known, id: ImageId, tag: string): Promise<boolean> {
  if (!isQuarantineTagOf(tag, id.digest)) return false
  // Anybody can write such a tag; only on an image that we have judged is it ours
  return (await world.store.image(id)) !== undefined
}

async function subjectsOfManifest(
  registry: Registry,
  name: string,
  digest: Digest,
  tag: string | undefined,
): Promise<Digest[]> {
  const fetched = await registry.manifest(name, digest)
  if (fetched === undefined) return []
  const manifest = parseManifest(fetched)
  const spokenOf = tag === undefined ? undefined : signatureSubject(tag)
  const judgedItself = tag !== undefined && (await isJudged(registry, name, manifest, spokenOf !== undefined))
  const subject = typeof manifest === 'string' ? undefined : manifest.subject?.digest
  return [judgedItself ? digest : undefined, spokenOf, subject].filter((one) => one !== undefined)
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
  const children = await Promise.all(
    manifest.manifests.slice(0, MAX_CHILDREN).map(async (child) => {
      const fetched = await registry.manifest(name, child.digest)
      const parsed = fetched && parseManifest(fetched)
      return typeof parsed === 'object' && isRunnable(parsed)
    }),
  )
  return manifest.manifests.length > MAX_CHILDREN || children.some(Boolean)
}
