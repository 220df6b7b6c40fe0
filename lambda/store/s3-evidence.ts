import { createHash } from 'node:crypto'
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { unavailable } from '../aws-errors.ts'
import type { Digest } from '../core/image.ts'
import type { EvidenceStore } from '../ports.ts'

/** Evidence by content in S3: `sha256/<hex>`. Putting the same bytes twice is harmless. */
export function s3Evidence(client: S3Client, bucket: string): EvidenceStore {
  const call = unavailable('S3')
  return {
    async put(bytes) {
      const hex = createHash('sha256').update(bytes).digest('hex')
      try {
        // Only where it is not there yet: in a locked, versioned bucket every other put would be kept as well
        await call(
          client.send(new PutObjectCommand({ Bucket: bucket, Key: keyOf(hex), Body: bytes, IfNoneMatch: '*' })),
        )
      } catch (error) {
        if (!(error instanceof Error && error.name === 'PreconditionFailed')) throw error
      }
      return `sha256:${hex}`
    },
    async get(digest: Digest) {
      try {
        const key = keyOf(digest.slice('sha256:'.length))
        const { Body } = await call(client.send(new GetObjectCommand({ Bucket: bucket, Key: key })))
        return await Body?.transformToByteArray()
      } catch (error) {
        if (error instanceof Error && error.name === 'NoSuchKey') return undefined
        throw error
      }
    },
  }
}

function keyOf(hex: string): string {
  return `sha256/${hex}`
}
