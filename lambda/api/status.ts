import { statusResponse, unknownResponse } from '../core/response.ts'
import type { Known } from '../world.ts'
import { imageParameter, locate } from './locate.ts'
import type { Answer } from './problem.ts'
import type { Query } from './query.ts'

/** GET /v1/status?image= */
export async function getStatus(world: Known, query: Query): Promise<Answer> {
  const { image, digest, taken } = await locate(world, imageParameter(query.image))
  const record = digest && (await world.store.image({ ...image, digest }))
  if (!record) return { status: 404, body: unknownResponse(image, digest) }
  const byTag = image.digest === undefined ? image.tag : undefined
  return {
    status: 200,
    body: statusResponse(record, world.now().toISOString(), byTag, byTag === undefined ? undefined : taken),
  }
}
