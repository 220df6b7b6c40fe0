import { isDigest, isRepositoryName } from '../../../lambda/core/image.ts'
import { allows } from '../auth.ts'
import type { Context } from '../context.ts'
import { OciError } from '../errors.ts'
import { type Call, chunksOf, type Reply } from '../http.ts'
import { toDigest } from './names.ts'

// The largest layer ECR takes. https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html
const MAX_BLOB = 52_000 * 1024 * 1024

/** Starts an upload; or mounts the blob from another repository, or takes it whole, where the client asks for that. */
export async function startUpload(context: Context, call: Call, name: string): Promise<Reply> {
  if (await mounts(context, call, name)) return stored(name, call.query.get('mount') ?? '')
  const { uploads } = context.store
  if (!call.query.has('digest')) return progress(202, name, await uploads.create(name), 0)
  const digest = toDigest(call.query.get('digest'))
  const id = await uploads.create(name)
  await uploads.append(name, id, bounded(call, 0))
  if (!(await uploads.finish(name, id, digest))) throw mismatch(digest)
  return stored(name, digest)
}

/** How far an upload has come. */
export async function uploadStatus(context: Context, _call: Call, name: string, id: string): Promise<Reply> {
  return progress(204, name, id, await sizeOf(context, name, id))
}

/** Adds a chunk. */
export async function appendChunk(context: Context, call: Call, name: string, id: string): Promise<Reply> {
  return context.store.lock(`upload ${id}`, async () => {
    await append(context, call, name, id)
    return progress(202, name, id, await sizeOf(context, name, id))
  })
}

/** Ends an upload, with or without a last chunk. */
export async function finishUpload(context: Context, call: Call, name: string, id: string): Promise<Reply> {
  const digest = toDigest(call.query.get('digest'))
  return context.store.lock(`upload ${id}`, async () => {
    await append(context, call, name, id)
    if (!(await context.store.uploads.finish(name, id, digest))) throw mismatch(digest)
    return stored(name, digest)
  })
}

/** Gives an upload up. */
export async function cancelUpload(context: Context, _call: Call, name: string, id: string): Promise<Reply> {
  return context.store.lock(`upload ${id}`, async () => {
    await sizeOf(context, name, id)
    await context.store.uploads.discard(name, id)
    return { status: 204 }
  })
}

async function mounts(context: Context, call: Call, name: string): Promise<boolean> {
  const digest = call.query.get('mount')
  const from = call.query.get('from')
  if (!isDigest(digest) || !isRepositoryName(from)) return false
  // Without this check a mount would read what its caller may not pull.
  if (!allows(context, call, { action: 'pull', repository: from })) return false
  return context.store.blobs.mount(from, name, digest)
}

async function append(context: Context, call: Call, name: string, id: string): Promise<void> {
  const size = await sizeOf(context, name, id)
  checkRange(call, name, id, size)
  await context.store.uploads.append(name, id, bounded(call, size))
}

async function sizeOf({ store }: Context, name: string, id: string): Promise<number> {
  const size = await store.uploads.size(name, id)
  if (size === undefined) throw new OciError('BLOB_UPLOAD_UNKNOWN', `there is no upload "${id}" in "${name}"`)
  return size
}

function checkRange(call: Call, name: string, id: string, size: number): void {
  const header = call.headers['content-range']
  if (header === undefined) return
  const [, start, end] = /^(?:bytes )?(\d{1,15})-(\d{1,15})(?:\/(?:\d+|\*))?$/.exec(header) ?? []
  const length = Number(end) - Number(start) + 1
  const declared = call.headers['content-length']
  if (Number.isNaN(length) || length < 1 || (declared !== undefined && Number(declared) !== length)) {
    throw new OciError('BLOB_UPLOAD_INVALID', `Content-Range "${header}" does not fit ${declared ?? 'unknown'} bytes`)
  }
  if (Number(start) === size) return
  const message = `the chunk starts at ${start}; ${size} bytes are here, so ${size} is allowed`
  throw new OciError('BLOB_UPLOAD_INVALID', message, { status: 416, headers: progress(416, name, id, size).headers })
}

async function* bounded(call: Call, before: number): AsyncGenerator<Buffer> {
  let size = before
  for await (const chunk of chunksOf(call)) {
    size += chunk.length
    if (size > MAX_BLOB) throw new OciError('SIZE_INVALID', `the blob is over ${MAX_BLOB} bytes`)
    yield chunk
  }
}

function progress(status: number, name: string, id: string, size: number) {
  const headers = {
    location: `/v2/${name}/blobs/uploads/${id}`,
    range: `0-${Math.max(0, size - 1)}`,
    'docker-upload-uuid': id,
  }
  return { status, headers } satisfies Reply
}

function stored(name: string, digest: string): Reply {
  return { status: 201, headers: { location: `/v2/${name}/blobs/${digest}`, 'docker-content-digest': digest } }
}

function mismatch(digest: string): OciError {
  return new OciError('DIGEST_INVALID', `the bytes received do not hash to ${digest}; the upload is gone`)
}
