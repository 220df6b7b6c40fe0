import { chainOfTrust } from '../core/chain-of-trust.ts'
import { parseImage } from '../core/image.ts'
import { unknownResponse } from '../core/response.ts'
import type { ImageRecord } from '../core/status.ts'
import type { Known } from '../world.ts'
import { imageParameter, locate } from './locate.ts'
import type { Answer } from './problem.ts'
import type { Query } from './query.ts'

/** How many bases, each below the other, are walked to. */
const MOST = 8

/** GET /v1/chain?image= : from source and build to the image, and the same of what it stands on, each with who says so. */
export async function getChain(world: Known, query: Query): Promise<Answer> {
  const { image, digest } = await locate(world, imageParameter(query.image))
  const record = digest && (await world.store.image({ ...image, digest }))
  if (!record) return { status: 404, body: unknownResponse(image, digest) }
  const records: ImageRecord[] = [record]
  for (let below = await baseOf(world, record); below !== undefined && records.length <= MOST; ) {
    if (records.some(({ digest: known }) => known === below?.digest)) break
    records.push(below)
    below = await baseOf(world, below)
  }
  return { status: 200, body: { image: query.image, digest, ...chainOfTrust(records) } }
}

async function baseOf({ store }: Known, { base }: ImageRecord): Promise<ImageRecord | undefined> {
  if (base?.image === undefined || base.digest === undefined) return undefined
  const { host, name } = parseImage(base.image)
  return store.image({ host, name, digest: base.digest })
}
