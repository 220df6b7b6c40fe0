import { BadInput } from '../core/bad-input.ts'
import { formatImage, type ImageId } from '../core/image.ts'
import { statusResponse, waiverResponse } from '../core/response.ts'
import { standingWaiver } from '../core/waiver.ts'
import { readWaiverRequest } from '../core/waiver-request.ts'
import { revoke, waive } from '../waive.ts'
import type { Known, Waiving } from '../world.ts'
import { imageParameter, locate, unwatched } from './locate.ts'
import { type Answer, problem } from './problem.ts'
import { limitParameter, type Query } from './query.ts'

/** POST /v1/releases {image, reason, expiresAt} : accepts an image by digest and has its tags given back; the status. */
export async function postRelease(world: Known & Waiving, by: string, body: unknown): Promise<Answer> {
  const { image, reason, expiresAt } = readWaiverRequest(body, world.now().toISOString())
  const id = await digestNamed(world, image)
  const record = await waive(world, id, { by, reason, expiresAt })
  if (record === undefined) {
    return problem(404, 'Not found', `nothing is known of ${formatImage(id)}, or it is no longer in the registry`)
  }
  return { status: 200, body: statusResponse(record, world.now().toISOString()) }
}

/** GET /v1/waivers?limit=&cursor= : those that stand now, the soonest to end first. */
export async function getWaivers(world: Known, query: Query): Promise<Answer> {
  const now = world.now().toISOString()
  const { items, cursor } = await world.store.waived(now, limitParameter(query.limit), query.cursor || undefined)
  // The index may lag behind what was taken back
  const records = await Promise.all(items.map((id) => world.store.image(id)))
  const waivers = records.flatMap((record) => {
    const waiver = record && standingWaiver(record, now)
    return waiver ? [waiverResponse(record, waiver)] : []
  })
  return { status: 200, body: { waivers, ...(cursor && { cursor }) } }
}

/** DELETE /v1/waivers?image= : ends a waiver at once; the status. */
export async function deleteWaiver(world: Known & Waiving, by: string, query: Query): Promise<Answer> {
  const id = await digestNamed(world, query.image)
  const record = await revoke(world, id, by)
  if (record === undefined) return problem(404, 'Not found', `no waiver stands for ${formatImage(id)}`)
  return { status: 200, body: statusResponse(record, world.now().toISOString()) }
}

/** A waiver is for a digest: whoever names a tag is told which one it has, and decides once more. */
async function digestNamed(world: Known, reference: unknown): Promise<ImageId> {
  const image = imageParameter(reference)
  const { host, name, digest } = image
  const elsewhere = unwatched(world, image)
  if (elsewhere !== undefined) throw new BadInput(`image "${formatImage(image)}": ${elsewhere}`)
  if (digest !== undefined) return { host, name, digest }
  const { digest: current } = await locate(world, image)
  const has =
    current === undefined ? 'this tag has none now' : `now it is ${formatImage({ host, name, digest: current })}`
  throw new BadInput(`image "${formatImage(image)}" has no digest, and a waiver is for a digest only: ${has}`)
}
