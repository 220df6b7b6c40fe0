import type { Claim } from '../core/evidence.ts'
import type { Digest } from '../core/image.ts'
import { type Descriptor, type FetchedManifest, type ImageManifest, parseManifest } from '../core/manifest.ts'
import type { SignatureFault } from '../core/reasons.ts'
import type { Format } from './format.ts'
import { formats } from './index.ts'

/** A manifest that may hold claims, as found: `carrier` is the format that its tag or a list announced, if any. */
export type Candidate = {
  readonly digest: Digest
  readonly found: 'by-tag' | 'as-referrer'
  readonly carrier?: string
  readonly fetched?: FetchedManifest
  /** Why it was not read: larger than we read. */
  readonly unread?: string
}

/** A layer that holds one claim; `hint`: what its annotations say of its predicate type. */
export type Place = {
  readonly format: Format
  readonly manifest: Digest
  readonly layer: Descriptor
  readonly hint?: string
}

/** A claim before it is said where it was looked for. */
export type Found = Omit<Claim, 'source'>

/** What a candidate holds: layers to read, claims that cannot be read, or nothing where it turns out to be something else. */
export function locateClaims(
  candidate: Candidate,
  image: Digest,
): { readonly places: readonly Place[]; readonly faults: readonly Found[] } {
  const { digest, carrier, fetched, found, unread } = candidate
  const announced = (detail: string, fault: SignatureFault = 'malformed') =>
    carrier === undefined ? NOTHING : { places: [], faults: [faultyClaim(carrier, digest, fault, detail)] }
  // Whatever it was, it might have been a good signature
  if (unread !== undefined) return { places: [], faults: [unreadClaim(carrier ?? 'unknown', digest, unread)] }
  if (fetched === undefined) return announced('the manifest is listed and missing')
  const manifest = parseManifest(fetched)
  if (typeof manifest === 'string') return announced(manifest)
  if (manifest.kind === 'index') return announced('an index where a manifest is expected')
  const places = formats.flatMap((format) =>
    format.layers(manifest).map((layer) => placeOf(format, manifest, digest, layer)),
  )
  // Anyone can list any manifest under the fallback tag of any image
  const [first] = places
  if (first !== undefined && found === 'as-referrer' && manifest.subject?.digest !== image) {
    const detail = `attached to ${manifest.subject?.digest ?? 'no image'}`
    return { places: [], faults: [faultyClaim(first.format.name, digest, 'subject-mismatch', detail)] }
  }
  return { places, faults: [] }
}

const NOTHING = { places: [], faults: [] }

function placeOf(format: Format, { annotations }: ImageManifest, manifest: Digest, layer: Descriptor): Place {
  const hint = layer.annotations.predicateType ?? annotations['dev.sigstore.bundle.predicateType']
  return { format, manifest, layer, ...(hint !== undefined && { hint }) }
}

/** Something that is more than is read. */
export function unreadClaim(carrier: string, manifest: Digest, detail: string): Found {
  const content = { kind: 'unreadable', fault: 'over-limit', detail, unread: true } as const
  return { carrier, manifest, layer: manifest, content }
}

export function faultyClaim(carrier: string, manifest: Digest, fault: SignatureFault, detail: string): Found {
  return { carrier, manifest, layer: manifest, content: { kind: 'unreadable', fault, detail } }
}
