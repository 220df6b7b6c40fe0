import type { ClaimContent } from '../core/evidence.ts'
import { isObject } from '../core/is-object.ts'
import { sizeFault } from '../core/json-size.ts'
import type { Descriptor, ImageManifest } from '../core/manifest.ts'
import type { SignatureFault } from '../core/reasons.ts'

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

/** Far above what the largest bundle that is verified has: nearly all of it is base64. */
const MAX_SIZE = 20_000

/** Why a layer holds no claim that can be judged. */
export class NotReadable extends Error {
  override readonly name = 'NotReadable'
  readonly fault: SignatureFault

  constructor(detail: string, fault: SignatureFault = 'malformed') {
    super(detail)
    this.fault = fault
  }
}

/** A JSON object in strict UTF-8. Throws NotReadable. V8 parses it without recursion, so depth does no harm here. */
export function readObject(bytes: Uint8Array, what: string): Readonly<Record<string, unknown>> {
  const fault = sizeFault(bytes, MAX_SIZE)
  if (fault !== undefined) throw new NotReadable(`${what} has ${fault}`, 'over-limit')
  const json = parsed(bytes)
  if (!isObject(json)) throw new NotReadable(`${what} is not a JSON object`)
  return json
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}

/** What `read` makes of a layer; where it throws NotReadable, that is what the claim comes to. */
export function readable(read: () => ClaimContent): ClaimContent {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof NotReadable)) throw error
    return { kind: 'unreadable', fault: error.fault, detail: error.message }
  }
}
