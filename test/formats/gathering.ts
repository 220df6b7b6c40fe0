import { beforeEach } from 'vitest'
import type { Descriptor, FetchedManifest } from '../../lambda/core/manifest.ts'
import { gather } from '../../lambda/gather.ts'
import { BUNDLE, CONFIG, describeBytes, IMAGE_MANIFEST, manifestOf, referrerOf, SIMPLE_SIGNING } from './layouts.ts'
import { type Contents, emptyContents, memoryEvidence, memoryRegistry, put, putBlob } from './memory-registry.ts'

export const ID = { host: 'registry.test', name: 'app', digest: IMAGE_MANIFEST.digest }
export const TAG = IMAGE_MANIFEST.digest.replace(':', '-')
const ANNOTATIONS = { 'dev.cosignproject.cosign/signature': 'c2ln' }

/** What the registry holds; a test fills it. */
export let contents: Contents
beforeEach(() => {
  contents = emptyContents()
  put(contents, IMAGE_MANIFEST)
})

export function read(id = ID, store = memoryEvidence()) {
  return gather(memoryRegistry(contents), id, store)
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
