import { type Digest, isDigest } from './image.ts'
import { isObject } from './is-object.ts'
import { oddKey } from './odd-key.ts'
import { parseStrictJson } from './strict-json.ts'

/** An OCI content descriptor, as far as we use it. https://github.com/opencontainers/image-spec/blob/main/descriptor.md */
export type Descriptor = {
  readonly mediaType: string
  readonly digest: Digest
  readonly size: number
  readonly artifactType?: string
  readonly annotations: Readonly<Record<string, string>>
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string }
}

type Common = {
  readonly mediaType: string
  readonly artifactType?: string
  readonly subject?: Descriptor
  readonly annotations: Readonly<Record<string, string>>
}
export type ImageManifest = Common & {
  readonly kind: 'image'
  readonly config: Descriptor
  readonly layers: readonly Descriptor[]
}
export type ImageIndex = Common & { readonly kind: 'index'; readonly manifests: readonly Descriptor[] }
export type Manifest = ImageManifest | ImageIndex

/** A manifest as a registry served it, its bytes already hashed to `digest`. */
export type FetchedManifest = { readonly digest: Digest; readonly mediaType: string; readonly bytes: Uint8Array }

export const MANIFEST_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
] as const

/** How much of a value that somebody else wrote is told in a reason. */
const SHOWN = 80
const INDEX_TYPES: readonly string[] = [MANIFEST_TYPES[1], MANIFEST_TYPES[3]]
export const IMAGE_CONFIGS = [
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
]
const IMAGE_LAYER = /^application\/vnd\.(?:oci\.image\.layer\.|docker\.image\.rootfs\.)/

/**
 * Reads manifest bytes. Returns the reason as text when they can be read two ways or not at all:
 * both `layers` and `manifests`, a media type that disagrees with the content, schema 1 (GHSA-qq97-vm5h-rrhg).
 */
export function parseManifest(fetched: FetchedManifest): Manifest | string {
  const read = parseStrictJson(fetched.bytes)
  if ('fault' in read) return read.fault
  const { json } = read
  if (!isObject(json)) return 'the manifest is not a JSON object'
  const odd = oddKey(json)
  if (odd !== undefined) return `key ${shown(odd.key)} differs by case only from ${shown(odd.is)}`
  if (json.schemaVersion !== 2) return `schemaVersion is ${shown(json.schemaVersion)}; 2 is allowed`
  const mediaType = json.mediaType ?? fetched.mediaType
  if (typeof mediaType !== 'string' || !(MANIFEST_TYPES as readonly string[]).includes(mediaType)) {
    return `media type ${shown(mediaType)} is not an OCI or Docker v2 manifest or index`
  }
  if (fetched.mediaType !== mediaType) return `served as ${short(fetched.mediaType)} but says ${mediaType}`
  const asIndex = INDEX_TYPES.includes(mediaType)
  if (asIndex && ('layers' in json || 'config' in json)) return 'an index that also has layers or config'
  if (!asIndex && 'manifests' in json) return 'an image manifest that also has manifests'
  const common = commonFields(json, mediaType)
  if (typeof common === 'string') return common
  if (asIndex) {
    const manifests = descriptors(json.manifests)
    return manifests === undefined ? 'manifests is not a list of descriptors' : { kind: 'index', ...common, manifests }
  }
  const config = descriptor(json.config)
  const layers = descriptors(json.layers)
  if (config === undefined) return 'config is not a descriptor'
  return layers === undefined ? 'layers is not a list of descriptors' : { kind: 'image', ...common, config, layers }
}

/** Something a container runtime would start: an index of images, or image config with at least one filesystem layer. */
export function isRunnable(manifest: Manifest): boolean {
  if (manifest.kind === 'index') {
    return manifest.artifactType === undefined && manifest.manifests.some((child) => child.platform !== undefined)
  }
  return (
    IMAGE_CONFIGS.includes(manifest.config.mediaType) &&
    manifest.layers.some((layer) => IMAGE_LAYER.test(layer.mediaType))
  )
}

/** What a platform is called that its index gives no name. */
export const UNNAMED = 'unnamed'

/** `os/arch[/variant]` of an index entry; undefined for attestation children (`unknown/unknown`) and where none is named. */
export function platformOf(child: Descriptor): string | undefined {
  const { platform } = child
  if (platform === undefined || !isPlatform(child)) return undefined
  return [platform.os, platform.architecture, platform.variant].filter(Boolean).join('/') || undefined
}

/** Only what no runtime would choose is none; annotations that call a real platform an attestation change nothing. */
export function isPlatform({ platform }: Descriptor): boolean {
  return !(platform?.os === 'unknown' && platform.architecture === 'unknown')
}

/** A value as a reason tells of it. What is nested may be deep, so only its kind is told. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (isObject(value)) return 'an object'
  return typeof value === 'string' ? JSON.stringify(short(value)) : String(value)
}

function short(text: string): string {
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN - 1).toWellFormed()}…`
}

function commonFields(json: Record<string, unknown>, mediaType: string): Common | string {
  const subject = json.subject === undefined ? undefined : descriptor(json.subject)
  if (json.subject !== undefined && subject === undefined) return 'subject is not a descriptor'
  const artifactType = typeof json.artifactType === 'string' && json.artifactType !== '' ? json.artifactType : undefined
  return {
    mediaType,
    annotations: stringMap(json.annotations),
    ...(artifactType && { artifactType }),
    ...(subject && { subject }),
  }
}

function descriptors(value: unknown): Descriptor[] | undefined {
  if (!Array.isArray(value)) return undefined
  const all = value.map(descriptor)
  return all.every((one) => one !== undefined) ? all : undefined
}

/** Reads one descriptor, or undefined where a required field is missing or of the wrong type. */
export function descriptor(value: unknown): Descriptor | undefined {
  if (!isObject(value) || typeof value.mediaType !== 'string' || !isDigest(value.digest)) return undefined
  if (typeof value.size !== 'number' || !Number.isSafeInteger(value.size) || value.size < 0) return undefined
  const platform = isObject(value.platform) ? value.platform : undefined
  return {
    mediaType: value.mediaType.toWellFormed(),
    digest: value.digest,
    size: value.size,
    annotations: stringMap(value.annotations),
    ...(typeof value.artifactType === 'string' && { artifactType: value.artifactType.toWellFormed() }),
    ...(platform && {
      platform: {
        os: named(platform.os),
        architecture: named(platform.architecture),
        ...(typeof platform.variant === 'string' && { variant: named(platform.variant) }),
      },
    }),
  }
}

/** A part of a platform's name; what is written by half a character, or without end, could be kept nowhere. */
function named(part: unknown): string {
  return typeof part === 'string' ? short(part).toWellFormed() : ''
}

function stringMap(value: unknown): Record<string, string> {
  if (!isObject(value)) return {}
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, text]): [string, string][] =>
      typeof text === 'string' ? [[key.toWellFormed(), text.toWellFormed()]] : [],
    ),
  )
}

const EMPTY_CONFIG = 'application/vnd.oci.empty.v1+json'
const SIGNATURE_TYPES = [
  /^application\/vnd\.dev\.sigstore\.bundle/,
  /^application\/vnd\.dev\.cosign\./,
  /^application\/vnd\.dsse\.envelope\./,
  /^application\/vnd\.cncf\.notary\.signature$/,
  /^application\/vnd\.in-toto\+json$/,
  /^application\/(?:jose\+json|cose)$/, // Notation's envelopes
]

/**
 * A signature or attestation by its config too: even under an ordinary tag nobody would run it.
 * Docker takes `application/octet-stream`, `text/html` and more for the config of an image, and asks no layer for its type.
 */
export function isSignature(manifest: Manifest): boolean {
  if (manifest.kind === 'index' || !holdsOnlySignatures(manifest)) return false
  const { mediaType } = manifest.config
  return mediaType === EMPTY_CONFIG || isSignatureType(mediaType)
}

/** All of its content is signatures or attestations of a known kind, whatever its config says (cosign 2 writes an image's). */
export function holdsOnlySignatures(manifest: Manifest): boolean {
  if (manifest.kind === 'index') return false
  const content = manifest.layers.length > 0 ? manifest.layers : [manifest.config]
  return content.every(({ mediaType }) => isSignatureType(mediaType))
}

function isSignatureType(mediaType: string): boolean {
  return SIGNATURE_TYPES.some((known) => known.test(mediaType))
}
