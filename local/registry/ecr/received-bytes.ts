import { EcrError } from '../errors.ts'
import type { Store } from '../storage/store.ts'

/** How many bytes of an upload are here; an exception where this repository has no such upload. */
export async function receivedBytes({ uploads }: Store, name: string, uploadId: string): Promise<number> {
  const size = await uploads.size(name, uploadId)
  if (size !== undefined) return size
  throw new EcrError('UploadNotFoundException', `there is no upload "${uploadId}" in "${name}"`)
}
