import { BadInput } from '../core/bad-input.ts'
import { historyRow } from '../core/history.ts'
import { parseImage, repositoryOf } from '../core/image.ts'
import { historyResponse, statusResponse } from '../core/response.ts'
import { STATES, type State } from '../core/status.ts'
import type { Known } from '../world.ts'
import { imageParameter, locate } from './locate.ts'
import type { Answer } from './problem.ts'
import { limitParameter, type Query } from './query.ts'

/** GET /v1/images?repository=&state=&signer=&limit=&cursor= */
export async function getImages(world: Known, query: Query): Promise<Answer> {
  const { items, cursor } = await world.store.images({
    limit: limitParameter(query.limit),
    ...(query.repository && { repository: repositoryOf(parseImage(query.repository)) }),
    ...(query.state && { state: stateParameter(query.state) }),
    ...(query.signer && { signer: query.signer }),
    ...(query.cursor && { cursor: query.cursor }),
  })
  const now = world.now().toISOString()
  return {
    status: 200,
    body: { images: items.map((record) => statusResponse(record, now)), ...(cursor && { cursor }) },
  }
}

function stateParameter(value: string): State {
  const state = STATES.find((one) => one === value)
  if (state === undefined) throw new BadInput(`state "${value}" is not one of ${STATES.join(', ')}`)
  return state
}

/** GET /v1/history?image=&cursor= : the state of now and those before it, newest first. */
export async function getHistory(world: Known, query: Query): Promise<Answer> {
  const { image, digest } = await locate(world, imageParameter(query.image))
  const record = digest && (await world.store.image({ ...image, digest }))
  if (!record) return { status: 404, body: { image: query.image, changes: [] } }
  const { items, cursor } = await world.store.history(record, limitParameter(query.limit), historyCursor(query.cursor))
  const current = query.cursor === undefined ? [historyRow(record)] : []
  const changes = [...current, ...items].map(historyResponse)
  return { status: 200, body: { image: query.image, digest, changes, ...(cursor && { cursor }) } }
}

function historyCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined || /^H#\d{10}$/.test(cursor)) return cursor
  throw new BadInput(`cursor "${cursor.slice(0, 80)}" is not one we gave; leave it out to start again`)
}
