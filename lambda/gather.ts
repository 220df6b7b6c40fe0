import type { Claim, ClaimContent, Evidence } from './core/evidence.ts'
import { type Digest, formatImage, type ImageId } from './core/image.ts'
import { type Descriptor, type FetchedManifest, type Manifest, parseManifest, platformOf } from './core/manifest.ts'
import { OverLimit } from './errors.ts'
import { type Format, unreadable } from './formats/format.ts'
import { formats } from './formats/index.ts'
import type { EvidenceStore, Registry } from './ports.ts'

const MAX_CANDIDATES = 100
const MAX_MANIFEST = 4 * 1024 * 1024
const MAX_LAYER = 1024 * 1024
const PARALLEL = 8

// What a list calls a referrer when it cannot tell, or when cosign 3.1 wrote the list: only the manifest itself knows
const UNTOLD: readonly unknown[] = [
  undefined,
  '',
  'application/vnd.oci.empty.v1+json',
  'application/vnd.oci.image.config.v1+json',
]

/** A manifest that may hold claims: found by tag, or listed as a referrer, which must then name the image as its subject. */
type Candidate = {
  readonly digest: Digest
  readonly carrier?: string
  readonly fetched: FetchedManifest | undefined
  readonly referrer: boolean
}
/** One layer that holds a claim. */
type Place = { readonly format: Format; readonly manifest: Digest; readonly layer: Descriptor }

/**
 * Reads everything that claims to vouch for an image, bounded, and keeps the bytes. Undefined: there is no such image.
 * What cannot be read is a claim of its own. An outage and anything over a limit is thrown: no verdict rests on a part.
 */
export async function gather(registry: Registry, image: ImageId, store: EvidenceStore): Promise<Evidence | undefined> {
  const fetch = (reference: string) => registry.manifest(image.name, reference)
  const [own, referrers, fallback, tagged] = await Promise.all([
    fetch(image.digest),
    registry.referrers(image.name, image.digest),
    fetch(fallbackTag(image.digest)),
    Promise.all(tagsOf(image.digest).map(async ({ tag, carrier }) => ({ carrier, fetched: await fetch(tag) }))),
  ])
  if (own === undefined) return undefined

  const kept = new Set<Digest>()
  const keep = async (bytes: Uint8Array) => void kept.add(await store.put(bytes))
  await keep(own.bytes)
  const manifest = parseManifest(own)
  const common = { image, mediaType: own.mediaType, platforms: platformsOf(manifest) }
  if (typeof manifest === 'string') return { ...common, kept: [...kept], claims: [], ambiguous: manifest }

  const listed = chooseReferrers(image, referrers ?? [], listOf(fallback))
  const opened = await mapLimited(listed, async ({ digest, size, artifactType }): Promise<Candidate> => {
    assertSize(image, `manifest ${digest}`, size, MAX_MANIFEST)
    return { digest, carrier: carrierOf(artifactType), fetched: await fetch(digest), referrer: true }
  })
  const candidates = [...opened, ...tagged.flatMap(byTag)]
  const located = candidates.map((candidate) => ({ candidate, ...locate(candidate, image.digest) }))
  const places = located.flatMap((one) => one.places)
  assertCount(image, places.length)

  const [claims] = await Promise.all([
    mapLimited(places, async (place): Promise<Claim> => {
      assertSize(image, `layer ${place.layer.digest}`, place.layer.size, MAX_LAYER)
      const bytes = await registry.blob(image.name, place.layer.digest, MAX_LAYER)
      if (bytes !== undefined) await keep(bytes)
      return claimAt(place, bytes === undefined ? unreadable('the blob is missing') : read(place, bytes, own.bytes))
    }),
    mapLimited(located, async ({ candidate, places, faults }) => {
      if (candidate.fetched !== undefined && places.length + faults.length > 0) await keep(candidate.fetched.bytes)
    }),
  ])
  return {
    ...common,
    kept: [...kept].sort(),
    claims: [...claims, ...located.flatMap(({ faults }) => faults)].sort(byPlace),
  }
}
