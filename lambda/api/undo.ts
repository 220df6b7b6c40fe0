import * as z from 'zod'
import { BadInput } from '../core/bad-input.ts'
import { formatImage, type ImageId, parseImage } from '../core/image.ts'
import { readBody } from '../core/read-body.ts'
import { readReason } from '../core/read-reason.ts'
import { type ImageRecord, meantBy } from '../core/status.ts'
import { isHeld } from '../core/waiver.ts'
import { Misconfigured, Unavailable } from '../errors.ts'
import { mapLimited } from '../map-limited.ts'
import { undo } from '../undo.ts'
import { type Known, registryOf, type Waiving } from '../world.ts'
import { unwatched } from './locate.ts'
import type { Answer } from './problem.ts'
import { limitParameter, type Query } from './query.ts'

const MAX_IMAGES = 50
const AT_ONCE = 10
const BEGINNING = '1970-01-01T00:00:00.000Z'
const instant = z.iso.datetime({ offset: true })
const request = z.strictObject({ images: z.array(z.string()).min(1).max(MAX_IMAGES), reason: z.string() })

/** GET /v1/undo?since=&policy=&limit=&cursor= : what undoing would put back, the longest taken first. Nothing is changed. */
export async function getUndo(world: Known, query: Query): Promise<Answer> {
  const { since, policy } = query
  if (!since && !policy) throw new BadInput('since and policy are missing: give since=TIME, policy=NAME, or both')
  const from = since ? sinceParameter(since) : BEGINNING
  const { items, cursor } = await world.store.taken(from, limitParameter(query.limit), query.cursor || undefined)
  // The index may lag behind what was given back
  const records = (await Promise.all(items.map((id) => world.store.image(id)))).filter((one) => one !== undefined)
  const held = records.filter((record) => isHeld(record) && (!policy || failed(record).includes(policy)))
  const images = await mapLimited(held, AT_ONCE, (record) => planned(world, record))
  return { status: 200, body: { images, ...(cursor && { cursor }) } }
}

/** POST /v1/undo {images, reason} : has what was taken from each put back, and not taken again by the same policies. */
export async function postUndo(world: Known & Waiving, by: string, body: unknown): Promise<Answer> {
  const asked = readBody(request, body, '{"images": ["HOST/NAME@sha256:…"], "reason": "…"}')
  const reason = readReason(asked.reason)
  const ids = asked.images.map((image) => digestNamed(world, image))
  const images = await mapLimited(ids, AT_ONCE, async (id) => {
    return { image: formatImage(id), ...(await undone(world, id, { by, reason })) }
  })
  return { status: 200, body: { images } }
}

/** Whose tags are being moved is told of, and the others are undone all the same. */
async function undone(world: Waiving, id: ImageId, person: { readonly by: string; readonly reason: string }) {
  try {
    return { undone: (await undo(world, id, person)) !== undefined }
  } catch (error) {
    if (error instanceof Unavailable) return { undone: false, why: error.message }
    throw error
  }
}

function sinceParameter(text: string): string {
  if (instant.safeParse(text).success) return new Date(text).toISOString()
  throw new BadInput(`since "${text.slice(0, 80)}" is not a time with its zone, like 2026-12-24T18:00:00Z`)
}

function failed({ policies }: ImageRecord): string[] {
  return policies.flatMap(({ name, outcome }) => (outcome === 'fail' ? [name] : []))
}

async function planned(world: Known, record: ImageRecord) {
  const { host, name, digest, state, taken, takenAt, archivedAt } = record
  const tags = await Promise.all(
    taken.map(async (tag) => ({ tag, would: await wouldBe(world, { host, name, digest }, tag) })),
  )
  const image = formatImage({ host, name, digest })
  return { image, digest, state, takenAt, policies: failed(record), tags, ...(archivedAt && { archivedAt }) }
}

/** What would become of a tag; one registry that does not answer, or is watched no longer, must not hide the others. */
async function wouldBe(world: Known, { host, name, digest }: ImageId, tag: string) {
  try {
    const now = await registryOf(world, host).resolve(name, tag)
    const { digest: meant } = meantBy(now, await world.store.tag(host, name, tag))
    return now === undefined || meant === digest ? 'give-back' : 'refuse-newer'
  } catch (error) {
    if (error instanceof Unavailable || error instanceof Misconfigured) return 'unknown'
    throw error
  }
}

function digestNamed(world: Known, reference: string): ImageId {
  const image = parseImage(reference)
  const elsewhere = unwatched(world, image)
  if (elsewhere !== undefined) throw new BadInput(`image "${reference}": ${elsewhere}`)
  const { host, name, digest } = image
  if (digest === undefined)
    throw new BadInput(`image "${reference}" has no digest: name what is to be undone by digest`)
  return { host, name, digest }
}
