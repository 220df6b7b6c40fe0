import type { Digest } from '../../../lambda/core/image.ts'
import type { Context } from '../context.ts'
import { OciError } from '../errors.ts'
import type { Call, Reply } from '../http.ts'
import { toDigest } from './names.ts'

/** GET and HEAD of a blob, whole or a range of it. */
export async function getBlob(context: Context, call: Call, name: string, reference: string): Promise<Reply> {
  return blobReply(context, call, name, toDigest(reference))
}

/** A blob as an answer; the caller has been let in already. */
export async function blobReply({ store }: Context, call: Call, name: string, digest: Digest): Promise<Reply> {
  const size = await store.blobs.size(name, digest)
  if (size === undefined) throw new OciError('BLOB_UNKNOWN', `there is no blob ${digest} in "${name}"`)
  const path = store.blobs.path(name, digest)
  const headers = {
    'content-type': 'application/octet-stream',
    'docker-content-digest': digest,
    'accept-ranges': 'bytes',
  }
  const range = call.method === 'GET' ? rangeOf(call.headers.range, size) : undefined
  if (range === undefined) return { status: 200, headers, body: { path, start: 0, length: size } }
  if (range.end < range.start) {
    throw new OciError('SIZE_INVALID', `range "${call.headers.range}" is outside a blob of ${size} bytes`, {
      status: 416,
      headers: { 'content-range': `bytes */${size}` },
    })
  }
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${range.start}-${range.end}/${size}` },
    body: { path, start: range.start, length: range.end - range.start + 1 },
  }
}

/** Removes a blob from a repository. */
export async function deleteBlob({ store }: Context, _call: Call, name: string, reference: string): Promise<Reply> {
  const digest = toDigest(reference)
  const removed = await store.lock(name, () => store.blobs.remove(name, digest))
  if (!removed) throw new OciError('BLOB_UNKNOWN', `there is no blob ${digest} in "${name}"`)
  return { status: 202 }
}

// RFC 9110 14.2: a range we do not understand, or several, are ignored.
function rangeOf(header: string | undefined, size: number): { start: number; end: number } | undefined {
  const [, from = '', to = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? []
  if (from !== '') return { start: Number(from), end: to === '' ? size - 1 : Math.min(Number(to), size - 1) }
  return to === '' ? undefined : { start: Math.max(0, size - Number(to)), end: size - 1 }
}
