import { type Digest, isDigest, isTag } from '../../../lambda/core/image.ts'
import type { Context } from '../context.ts'
import { OciError } from '../errors.ts'
import { announceDelete, announcePush } from '../events.ts'
import { type Call, type Reply, readAtMost } from '../http.ts'
import { eraseImage, MAX_MANIFEST, putImage, type Refusal } from '../images.ts'
import { requireRepository, toDigest } from './names.ts'

const CODES = {
  'manifest-invalid': 'MANIFEST_INVALID',
  'digest-mismatch': 'DIGEST_INVALID',
  'blobs-missing': 'MANIFEST_BLOB_UNKNOWN',
  'manifests-missing': 'MANIFEST_BLOB_UNKNOWN',
  'tag-immutable': 'TAG_INVALID',
} as const satisfies Record<Refusal['refused'], string>

/** GET and HEAD of a manifest by tag or digest. One in the archive is not to be pulled: 404, as from ECR. */
export async function getManifest(context: Context, _call: Call, name: string, reference: string): Promise<Reply> {
  await requireRepository(context, name)
  const digest = await resolve(context, name, reference)
  const manifest = digest && (await context.store.manifests.get(name, digest))
  if (manifest === undefined || manifest.archived) throw unknown(name, reference)
  return {
    status: 200,
    headers: { 'content-type': manifest.mediaType, 'docker-content-digest': manifest.digest },
    body: manifest.bytes,
  }
}

/** Stores a manifest under its digest, and under a tag where the path names one. */
export async function putManifest(context: Context, call: Call, name: string, reference: string): Promise<Reply> {
  const byDigest = reference.includes(':')
  if (!byDigest && !isTag(reference)) {
    const allowed = 'letters, digits, "_", "." and "-", 1 to 128 of them, not starting with "." or "-"'
    throw new OciError('TAG_INVALID', `tag ${JSON.stringify(reference)} is not one: ${allowed} are allowed`)
  }
  const bytes = await readAtMost(call, MAX_MANIFEST)
  if (bytes === undefined) {
    throw new OciError('MANIFEST_INVALID', `the manifest is over ${MAX_MANIFEST} bytes`, { status: 413 })
  }
  const mediaType = call.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  const named = byDigest ? { digest: toDigest(reference) } : { tag: reference }
  const pushed = await putImage(context, name, { bytes, mediaType, ...named })
  if ('refused' in pushed) throw new OciError(CODES[pushed.refused], pushed.message)
  const { digest, contents } = pushed
  await announcePush(context, name, pushed, byDigest ? undefined : reference)
  const headers = { location: `/v2/${name}/manifests/${digest}`, 'docker-content-digest': digest }
  if (contents.subject === undefined || !context.referrersApi) return { status: 201, headers }
  // The header tells clients that the referrers API lists it, so that they need no fallback tag.
  return { status: 201, headers: { ...headers, 'oci-subject': contents.subject } }
}

/** Removes a tag and leaves its manifest, or removes a manifest with all its tags. */
export async function deleteManifest(context: Context, _call: Call, name: string, reference: string): Promise<Reply> {
  const { store } = context
  await requireRepository(context, name)
  const removed = await store.lock(name, async () => {
    const digest = await resolve(context, name, reference)
    if (digest === undefined || !(await store.manifests.has(name, digest))) throw unknown(name, reference)
    if (isDigest(reference)) return { digest, tags: await eraseImage(store, name, digest) }
    await store.tags.remove(name, reference)
    return { digest, tags: [reference] }
  })
  for (const tag of removed.tags.length === 0 ? [''] : removed.tags) {
    await announceDelete(context, name, removed.digest, tag)
  }
  return { status: 202 }
}

async function resolve({ store }: Context, name: string, reference: string): Promise<Digest | undefined> {
  if (reference.includes(':')) return toDigest(reference)
  return isTag(reference) ? store.tags.get(name, reference) : undefined
}

function unknown(name: string, reference: string): OciError {
  return new OciError('MANIFEST_UNKNOWN', `there is no manifest "${reference}" in "${name}"`)
}
