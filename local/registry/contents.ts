import type { Digest } from '../../lambda/core/image.ts'
import { isObject } from '../../lambda/core/is-object.ts'
import { type Descriptor, descriptor, MANIFEST_TYPES } from '../../lambda/core/manifest.ts'

/** What a registry needs to know of a manifest: what it points at and how it is listed. */
export type Contents = {
  readonly mediaType: string
  /** What the artifact is: its artifactType, else the media type of its config. */
  readonly artifactType?: string
  readonly annotations: Readonly<Record<string, string>>
  readonly subject?: Digest
  /** Config and layers that have to be in the repository. */
  readonly blobs: readonly Digest[]
  /** Manifests of an index. */
  readonly children: readonly Digest[]
  /** Bytes of config and layers together. */
  readonly size: number
}

// Layers that clients fetch from elsewhere and never push: image-spec, "Non-Distributable Layers".
const ELSEWHERE = /nondistributable|\.foreign\./

/**
 * Reads a manifest as leniently as registries do; gives the reason as text when it cannot be stored.
 * A manifest that is both image and index is taken as it is: judging it is the verifier's business.
 */
export function readContents(bytes: Buffer, declared: string | undefined): Contents | string {
  const json = parseObject(bytes)
  if (json === undefined) return 'the manifest is not a JSON object'
  const mediaType = declared ?? json.mediaType
  const fault = mediaTypeFault(json, mediaType)
  if (fault !== undefined) return fault
  const config = optional(json.config)
  if (config === 'malformed') return 'config is not a descriptor'
  const subject = optional(json.subject)
  if (subject === 'malformed') return 'subject is not a descriptor'
  const layers = descriptors(json.layers)
  if (layers === undefined) return 'layers is not a list of descriptors'
  const manifests = descriptors(json.manifests)
  if (manifests === undefined) return 'manifests is not a list of descriptors'

  const parts = config === undefined ? layers : [config, ...layers]
  const own = json.artifactType
  const artifactType = typeof own === 'string' && own !== '' ? own : config?.mediaType
  return {
    mediaType: String(mediaType),
    annotations: strings(json.annotations),
    blobs: unique(parts.filter((part) => !ELSEWHERE.test(part.mediaType))),
    children: unique(manifests),
    size: parts.reduce((sum, part) => sum + part.size, 0),
    ...(artifactType !== undefined && { artifactType }),
    ...(subject && { subject: subject.digest }),
  }
}

function mediaTypeFault(json: Record<string, unknown>, mediaType: unknown): string | undefined {
  if (json.schemaVersion !== 2) return `schemaVersion is ${JSON.stringify(json.schemaVersion)}; 2 is allowed`
  if (!(MANIFEST_TYPES as readonly unknown[]).includes(mediaType)) {
    return `media type ${JSON.stringify(mediaType)} is not stored here; allowed are ${MANIFEST_TYPES.join(', ')}`
  }
  if (json.mediaType === undefined || json.mediaType === mediaType) return undefined
  return `pushed as ${String(mediaType)}, but its mediaType says ${JSON.stringify(json.mediaType)}`
}

function parseObject(bytes: Buffer): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return isObject(json) ? json : undefined
  } catch {
    return undefined
  }
}

function optional(value: unknown): Descriptor | 'malformed' | undefined {
  return value === undefined ? undefined : (descriptor(value) ?? 'malformed')
}

function descriptors(value: unknown): Descriptor[] | undefined {
  if (value === undefined) return []
  if (!Array.isArray(value)) return undefined
  const all = value.map(descriptor)
  return all.every((one) => one !== undefined) ? all : undefined
}

function unique(all: readonly Descriptor[]): Digest[] {
  return [...new Set(all.map((one) => one.digest))]
}

function strings(value: unknown): Record<string, string> {
  if (!isObject(value)) return {}
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}
