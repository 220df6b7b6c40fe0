import type { Descriptor, FetchedManifest } from '../../lambda/core/manifest.ts'
import { OWN_SOURCE } from '../../lambda/core/policy/policy.ts'
import { gather, type Reading } from '../../lambda/gather.ts'
import type { Registry } from '../../lambda/ports.ts'
import { roomFor } from '../../lambda/room.ts'
import { BUNDLE, CONFIG, describeBytes, IMAGE_MANIFEST, manifestOf, referrerOf, SIMPLE_SIGNING } from './layouts.ts'
import { type Contents, emptyContents, memoryRegistry, put, putBlob } from './memory-registry.ts'

export const ID = { host: 'registry.test', name: 'app', digest: IMAGE_MANIFEST.digest }
export const TAG = IMAGE_MANIFEST.digest.replace(':', '-')
const ANNOTATIONS = { 'dev.cosignproject.cosign/signature': 'c2ln' }

/** What the registry holds; a test fills it, and each begins with the image alone. */
export let contents: Contents
export function holdImageAlone(): void {
  contents = emptyContents()
  put(contents, IMAGE_MANIFEST)
}

/** Where the policies of these tests look, and for what: an image signature in the image's own repository. */
export function readingOf(registry: Registry, more: Partial<Reading> = {}): Reading {
  return {
    registryOf: () => registry,
    sources: [OWN_SOURCE],
    wanted: { signature: true, predicateTypes: [], config: false },
    room: roomFor(1),
    ...more,
  }
}

export function read(id = ID) {
  return gather(readingOf(memoryRegistry(contents)), id)
}

/** Attaches bundles as layers of a referrer; `list` are those the fallback tag then names. */
export function attach(content: unknown, subject: FetchedManifest | undefined = IMAGE_MANIFEST): FetchedManifest {
  putBlob(contents, content)
  return put(contents, referrerOf(subject, [describeBytes(BUNDLE, content)]))
}

export function listUnderFallbackTag(...referrers: readonly Descriptor[]): FetchedManifest {
  return put(contents, manifestOf({ manifests: referrers }), TAG)
}

export function signLegacy(payloads: readonly string[], suffix = 'sig'): FetchedManifest {
  const layers = payloads.map((payload) => {
    putBlob(contents, payload)
    return describeBytes(SIMPLE_SIGNING, payload, { annotations: ANNOTATIONS })
  })
  return put(contents, manifestOf({ config: describeBytes(CONFIG, '{}'), layers }), `${TAG}.${suffix}`)
}

export const bundle = (text: string) => ({ mediaType: BUNDLE, dsseEnvelope: { payload: text } })
