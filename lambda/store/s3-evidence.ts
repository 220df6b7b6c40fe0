import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { errorName, unavailable } from '../aws-errors.ts'
import { digestOf } from '../core/digest-of.ts'
import type { Digest } from '../core/image.ts'
import type { EvidenceStore } from '../ports.ts'

/** Evidence by content in S3: `sha256/<hex>`. Putting the same bytes twice is harmless. */
export function s3Evidence(client: S3Client, bucket: string): EvidenceStore {
  const call = unavailable('S3')
  return {
    async put(bytes) {
      const digest = digestOf(bytes)
      try {
        // Only where it is not there yet: in a locked, versioned bucket every other put would be kept as well
        await call(
          client.send(new PutObjectCommand({ Bucket: bucket, Key: keyOf(digest), Body: bytes, IfNoneMatch: '*' })),
        )
      } catch (error) {
        if (errorName(error) !== 'PreconditionFailed') throw error
      }
      return digest
    },
    async get(digest: Digest) {
      try {
        const { Body } = await call(client.send(new GetObjectCommand({ Bucket: bucket, Key: keyOf(digest) })))
        return await Body?.transformToByteArray()
      } catch (error) {
        if (errorName(error) === 'NoSuchKey') return undefined
        throw error
      }
    },
  }
}

function keyOf(digest: Digest): string {
  return digest.replace(':', '/')
}
