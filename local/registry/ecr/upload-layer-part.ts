import * as z from 'zod'
import { EcrError } from '../errors.ts'
import { onRepository, repository } from './operation.ts'
import { receivedBytes } from './received-bytes.ts'

// The largest part ECR takes.
const MAX_PART = 20 * 1024 * 1024

const schema = z.object({
  ...repository,
  uploadId: z.string(),
  partFirstByte: z.int().min(0),
  partLastByte: z.int().min(0),
  layerPartBlob: z.string(),
})

/** Adds the next bytes to an upload. */
export const uploadLayerPart = onRepository(schema, async ({ account, store }, request) => {
  const { repositoryName, uploadId, partFirstByte, partLastByte } = request
  const bytes = Buffer.from(request.layerPartBlob, 'base64')
  const names = { registryId: account, repositoryName, uploadId }
  return store.lock(`upload ${uploadId}`, async () => {
    const received = await receivedBytes(store, repositoryName, uploadId)
    const fault = faultOf(received, partFirstByte, partLastByte, bytes.length)
    if (fault !== undefined) {
      const last = received > 0 && { lastValidByteReceived: received - 1 }
      throw new EcrError('InvalidLayerPartException', fault, { ...names, ...last })
    }
    await store.uploads.append(repositoryName, uploadId, [bytes])
    return { ...names, lastByteReceived: partLastByte }
  })
})

function faultOf(received: number, first: number, last: number, length: number): string | undefined {
  if (length < 1 || length > MAX_PART) return `the part has ${length} bytes; 1 to ${MAX_PART} are allowed`
  if (last - first + 1 !== length) return `bytes ${first} to ${last} are not the ${length} of the part`
  return first === received ? undefined : `the part starts at byte ${first}; ${received} is next`
}
