import { digestOf } from '../../lambda/core/digest-of.ts'
import type { Digest } from '../../lambda/core/image.ts'
import { type Descriptor, type FetchedManifest, MANIFEST_TYPES } from '../../lambda/core/manifest.ts'

/** A repository in a registry: its origin (`http://127.0.0.1:5500`) and the repository's name. */
export type Repository = { readonly registry: string; readonly name: string }
/** Some bytes in a registry, as manifests point at them. */
export type Content = Pick<Descriptor, 'mediaType' | 'digest' | 'size'>

/** Describes bytes without sending them. */
export function describe(mediaType: string, bytes: Uint8Array): Content {
  return { mediaType, digest: digestOf(bytes), size: bytes.length }
}

/** Sends a blob in one piece, unless it is there already. */
export async function pushBlob(to: Repository, mediaType: string, bytes: Uint8Array): Promise<Content> {
  const content = describe(mediaType, bytes)
  const present = await fetch(url(to, `blobs/${content.digest}`), { method: 'HEAD' })
  if (present.ok) return content
  const begun = await expectOk(await fetch(url(to, 'blobs/uploads/'), { method: 'POST' }))
  const upload = new URL(begun.headers.get('location') ?? '', begun.url)
  upload.searchParams.set('digest', content.digest)
  const headers = { 'content-type': 'application/octet-stream' }
  await expectOk(await fetch(upload, { method: 'PUT', headers, body: Buffer.from(bytes) }))
  return content
}

/** Puts a manifest under a tag, or under its digest where none is given. */
export async function pushManifest(
  to: Repository,
  mediaType: string,
  bytes: Uint8Array,
  tag?: string,
): Promise<Content> {
  const content = describe(mediaType, bytes)
  const target = url(to, `manifests/${tag ?? content.digest}`)
  await expectOk(
    await fetch(target, { method: 'PUT', headers: { 'content-type': mediaType }, body: Buffer.from(bytes) }),
  )
  return content
}

/** A manifest by tag or digest; undefined where there is none. */
export async function pullManifest(from: Repository, reference: string): Promise<FetchedManifest | undefined> {
  const headers = { accept: MANIFEST_TYPES.join(', ') }
  const response = await fetch(url(from, `manifests/${reference}`), { headers })
  if (response.status === 404) return undefined
  const bytes = new Uint8Array(await (await expectOk(response)).arrayBuffer())
  const mediaType = response.headers.get('content-type') ?? ''
  return { digest: describe(mediaType, bytes).digest, mediaType, bytes }
}

/** Whether the registry lists referrers itself (OCI 1.1), so that no fallback tag is needed. */
export async function listsReferrers(repository: Repository, digest: Digest): Promise<boolean> {
  const response = await fetch(url(repository, `referrers/${digest}`))
  if (response.status === 404) return false
  return (await expectOk(response)).ok
}

/** JSON as bytes, its members in the order given. */
export function jsonBytes(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value), 'utf8')
}

function url(repository: Repository, path: string): string {
  return `${repository.registry}/v2/${repository.name}/${path}`
}

async function expectOk(response: Response): Promise<Response> {
  if (response.ok) return response
  throw new Error(`${response.url} answered ${response.status}: ${(await response.text()).slice(0, 500)}`)
}
