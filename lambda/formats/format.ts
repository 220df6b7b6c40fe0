import type { ClaimContent } from '../core/evidence.ts'
import type { Descriptor, ImageManifest } from '../core/manifest.ts'

/** One way in which tools put signatures beside an image. Pure: bytes in, claims out; nothing here is believed yet. */
export type Format = {
  readonly name: string
  /** Suffixes of the tags `sha256-<hex>…` under which its manifests lie beside the image. */
  readonly tagSuffixes: readonly string[]
  /** Artifact types by which a list of referrers announces it: such entries are opened first. `artifactTypes`: the exact ones to filter by. */
  readonly announces?: RegExp
  readonly artifactTypes: readonly string[]
  /** The layers that hold one claim each; none: the manifest is not of this format. */
  readonly layers: (manifest: ImageManifest) => readonly Descriptor[]
  /** Reads one layer. `image` are the bytes of the image's own manifest. Never throws. */
  readonly read: (layer: Descriptor, bytes: Uint8Array, image: Uint8Array) => ClaimContent
}

/** One way in which tools put statements beside an image that nobody signed. They are told of and count for nothing. */
export type UnsignedFormat = {
  readonly name: string
  readonly tagSuffixes: readonly string[]
  /** Whether this entry of an index holds such statements about another entry, and is no platform. */
  readonly isChild: (child: Descriptor) => boolean
  /** The predicate or media types of the statements in a manifest. */
  readonly types: (manifest: ImageManifest) => readonly string[]
}

/** What a manifest says it is (image-spec, "Guidelines for Artifact Usage"). */
export function artifactTypeOf(manifest: ImageManifest): string {
  return manifest.artifactType ?? manifest.config.mediaType
}

/** Content that claims to be a signature and cannot be read as one. */
export function unreadable(detail: string): ClaimContent {
  return { kind: 'unreadable', fault: 'malformed', detail }
}

/** Content larger than is read: it might have been a good signature, so without another one there is no verdict. */
export function unread(detail: string): ClaimContent {
  return { kind: 'unreadable', fault: 'over-limit', detail }
}

/** JSON in strict UTF-8, or undefined. V8 parses it without recursion, so depth does no harm here. */
export function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}
