import { coveredBy } from '../bases/base-source.ts'
import { walkDerived } from '../bases/walk-derived.ts'
import { BadInput } from '../core/bad-input.ts'
import { type Digest, formatImage, type ImageRef } from '../core/image.ts'
import { derivedResponse, standingResponse } from '../core/response.ts'
import type { ImageRecord } from '../core/status.ts'
import type { Cataloguing, Known } from '../world.ts'
import { imageParameter, locate, unwatched } from './locate.ts'
import { type Answer, problem } from './problem.ts'
import { limitParameter, type Query } from './query.ts'

/** GET /v1/derived?image=BASE&limit=&cursor= : who stands on a base, wave by wave: the rebuild list. */
export async function getDerived(world: Known & Cataloguing, query: Query): Promise<Answer> {
  const { image, digest } = await locate(world, imageParameter(query.image))
  const record = digest && (await world.store.image({ ...image, digest }))
  if (!record) {
    const isThere = digest !== undefined || image.tag === undefined
    const why = isThere ? `nothing is known of ${named(image, digest)}` : `there is no ${named(image, digest)}`
    return problem(404, 'Not found', unwatched(world, image) ?? why)
  }
  if (record.standing === undefined) {
    return problem(404, 'Not found', `${named(image, digest)} is no base: ${whyNone(world, record)}`)
  }
  const after = placeAt(query.cursor)
  const { items, cursor } = await walkDerived(world, record, limitParameter(query.limit), after)
  const earlier =
    image.digest === undefined && after === undefined ? await earlierBases(world, image, record.digest) : []
  const base = {
    image: named(image, digest),
    digest: record.digest,
    ...standingResponse(record.standing),
    ...(earlier.length > 0 && { earlier }),
  }
  const images = await Promise.all(
    items.map(async ({ record: derived, wave }) => derivedResponse(derived, wave, await tagsSeen(world, derived))),
  )
  return { status: 200, body: { base, images, ...(cursor && { cursor: Buffer.from(cursor).toString('base64url') }) } }
}

function whyNone({ policies }: Known, record: ImageRecord): string {
  if (coveredBy(policies, record).length === 0) return 'no BaseImage covers it'
  return `a BaseImage covers it, but it has no layers, or they are not known (yet)${record.lastError ? `: ${record.lastError.message}` : ''}`
}

/** What a tag pointed at before: who asks for it by name when it has moved may mean the images that stand on those. */
async function earlierBases({ store }: Known, { host, name, tag }: ImageRef, now: Digest) {
  const { left = [] } = (tag !== undefined && (await store.tag(host, name, tag))) || {}
  // Each once, with when it was left last: the last comes first
  const before = [...new Map(left.toReversed().map((one) => [one.digest, one])).values()]
    .filter(({ digest }) => digest !== now)
    .toReversed()
  const records = await Promise.all(before.map(({ digest }) => store.image({ host, name, digest })))
  return before.flatMap(({ digest, until }, index) =>
    records[index]?.standing === undefined ? [] : { image: formatImage({ host, name, digest }), until },
  )
}

/** The tags it has as far as anybody looked; asking registries for each of a hundred images would take too long. */
async function tagsSeen({ store }: Known, id: Parameters<Known['store']['tagsOf']>[0]): Promise<readonly string[]> {
  return (await store.tagsOf(id)).map(({ tag }) => tag).sort()
}

function placeAt(cursor: string | undefined): string | undefined {
  if (cursor === undefined || cursor === '') return undefined
  const place = Buffer.from(cursor, 'base64url').toString()
  // Wave 0 holds those that are looked at, and not listed
  if (/^[1-9]#[ -~]+$/.test(place)) return place
  throw new BadInput(`cursor "${cursor.slice(0, 80)}" is not one we gave; leave it out to start again`)
}

function named({ host, name, tag }: ImageRef, digest: Digest | undefined): string {
  return formatImage({ host, name, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) })
}
