import { randomUUID } from 'node:crypto'
import type { Digest } from '../../lambda/core/image.ts'
import type { Contents } from './contents.ts'
import type { Context } from './context.ts'
import { contentsOf, type Pushed } from './images.ts'
import type { StoredManifest } from './storage/manifests.ts'

/**
 * What Amazon ECR puts on the default event bus for a push, a delete, and an image archived or restored.
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
 */
export type EcrEvent = {
  readonly version: '0'
  readonly id: string
  readonly 'detail-type': 'ECR Image Action' | 'ECR Referrer Action'
  readonly source: 'aws.ecr'
  readonly account: string
  /** ISO 8601 to the second: it cannot order two pushes. */
  readonly time: string
  readonly region: string
  readonly resources: readonly string[]
  readonly detail: {
    readonly result: 'SUCCESS'
    readonly 'repository-name': string
    readonly 'image-digest': Digest
    readonly 'action-type': 'PUSH' | 'DELETE' | 'UPDATE_STORAGE_CLASS'
    /** Empty where the manifest was pushed or deleted without a tag; absent where it was archived or restored. */
    readonly 'image-tag'?: string
    readonly 'manifest-media-type'?: string
    readonly 'artifact-media-type'?: string
    readonly 'target-storage-class'?: 'STANDARD' | 'ARCHIVE'
    readonly 'last-activated-at'?: string
  }
}

/** Tells that a manifest was pushed, and that this restored it if it did; done when whoever listens has taken it. */
export async function announcePush(context: Context, name: string, pushed: Pushed, tag = '') {
  if (pushed.restored !== undefined) await announceStorageClass(context, name, pushed.restored)
  await announce(context, {
    result: 'SUCCESS',
    'repository-name': name,
    'image-digest': pushed.digest,
    'action-type': 'PUSH',
    'image-tag': tag,
    ...mediaTypes(pushed.contents),
  })
}

/** Tells that an image was archived or restored; done when whoever listens has taken it. */
export async function announceStorageClass(context: Context, name: string, manifest: StoredManifest) {
  const { digest, archived, lastActivatedAt } = manifest
  const contents = contentsOf(manifest)
  const detail = {
    result: 'SUCCESS',
    'repository-name': name,
    'image-digest': digest,
    'action-type': 'UPDATE_STORAGE_CLASS',
    'target-storage-class': archived ? 'ARCHIVE' : 'STANDARD',
    ...mediaTypes(contents),
    ...(!archived && lastActivatedAt !== undefined && { 'last-activated-at': lastActivatedAt }),
  } as const
  await announce(context, detail, contents.subject === undefined ? 'ECR Image Action' : 'ECR Referrer Action')
}

/** Tells that a tag, or without one an untagged manifest, was deleted; done when whoever listens has taken it. */
export async function announceDelete(context: Context, name: string, digest: Digest, tag = '') {
  await announce(context, {
    result: 'SUCCESS',
    'repository-name': name,
    'image-digest': digest,
    'action-type': 'DELETE',
    'image-tag': tag,
  })
}

function mediaTypes({ mediaType, artifactType }: Contents) {
  return {
    'manifest-media-type': mediaType,
    ...(artifactType !== undefined && { 'artifact-media-type': artifactType }),
  }
}

async function announce(
  context: Context,
  detail: EcrEvent['detail'],
  type: EcrEvent['detail-type'] = 'ECR Image Action',
): Promise<void> {
  await context.onEvent({
    version: '0',
    id: randomUUID(),
    'detail-type': type,
    source: 'aws.ecr',
    account: context.account,
    time: context
      .now()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z'),
    region: context.region,
    resources: [],
    detail,
  })
}
