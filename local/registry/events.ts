import { randomUUID } from 'node:crypto'
import type { Digest } from '../../lambda/core/image.ts'
import type { Contents } from './contents.ts'
import type { Context } from './context.ts'

/**
 * What Amazon ECR puts on the default event bus for a push or a delete.
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
 */
export type EcrEvent = {
  readonly version: '0'
  readonly id: string
  readonly 'detail-type': 'ECR Image Action'
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
    readonly 'action-type': 'PUSH' | 'DELETE'
    /** Empty where the manifest was pushed or deleted without a tag. */
    readonly 'image-tag': string
    readonly 'manifest-media-type'?: string
    readonly 'artifact-media-type'?: string
  }
}

/** Tells that a manifest was pushed; done when whoever listens has taken it. */
export async function announcePush(context: Context, name: string, digest: Digest, contents: Contents, tag = '') {
  const { mediaType, artifactType } = contents
  await announce(context, {
    result: 'SUCCESS',
    'repository-name': name,
    'image-digest': digest,
    'action-type': 'PUSH',
    'image-tag': tag,
    'manifest-media-type': mediaType,
    ...(artifactType !== undefined && { 'artifact-media-type': artifactType }),
  })
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

async function announce(context: Context, detail: EcrEvent['detail']): Promise<void> {
  await context.onEvent({
    version: '0',
    id: randomUUID(),
    'detail-type': 'ECR Image Action',
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
