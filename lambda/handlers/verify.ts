import middy from '@middy/core'
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda'
import * as z from 'zod'
import { parseImage } from '../core/image.ts'
import type { Push } from '../core/push.ts'
import { meantBy } from '../core/status.ts'
import { observeTag } from '../observe-tag.ts'
import { judge, recordOutage, verifyPush } from '../pipeline.ts'
import { pushesOf } from '../sources/parse.ts'
import { subjectOfOutage } from '../subjects.ts'
import { count, log } from '../telemetry.ts'
import { wireVerifier } from '../wire.ts'
import { type Known, registryOf } from '../world.ts'
import { inTime } from './in-time.ts'
import { onBatch } from './on-batch.ts'

const { world, registries, retryIn } = await wireVerifier()
const direct = z.object({ verify: z.string() })

const onQueue = onBatch({
  async handle(body, context) {
    const verify = async (push: Push) => verifyPush(await world(), push)
    for (const push of parse(body)) await inTime(context, verify(push))
  },
  async exhausted(body, error) {
    count('Outages')
    const known = await world()
    for (const push of parse(body)) {
      const id = await subjectOfOutage(known, push)
      if (id === undefined) log('given up, and nothing to write it down for', { ...push, error: error.message })
      else await recordOutage(known, id, error.message)
    }
  },
  retryIn,
  dropped,
})

function parse(body: unknown) {
  const parsed = pushesOf(body, registries)
  if ('pushes' in parsed) return parsed.pushes
  dropped(parsed.dropped, JSON.stringify(body))
  return []
}

function dropped(reason: string, body: string): void {
  count('EventsDropped')
  log('event dropped', { reason, body: body.slice(0, 2000) })
}

/** `{verify: IMAGE}`, from the API: judged at once. */
async function onInvoke(reference: string): Promise<{ found: boolean }> {
  const image = parseImage(reference)
  const { host, name, tag } = image
  const known = await world()
  const digest = image.digest ?? (tag && (await digestMeant(known, { host, name, tag })))
  if (!digest) return { found: false }
  return { found: (await judge(known, { host, name, digest })) !== undefined }
}

async function digestMeant(known: Known, place: { host: string; name: string; tag: string }) {
  const { digest } = await observeTag(known.store, registryOf(known, place.host), place, known.now().toISOString())
  return meantBy(digest, await known.store.tag(place.host, place.name, place.tag)).digest
}

/** Judges what registry events are about (SQS), or one image at once (Invoke). */
export const handler = middy<SQSEvent | { verify: string }, SQSBatchResponse | { found: boolean }>().handler(
  (event: SQSEvent | { verify: string }, context: Context) => {
    const asked = direct.safeParse(event)
    return asked.success ? onInvoke(asked.data.verify) : onQueue(event as SQSEvent, context)
  },
)
