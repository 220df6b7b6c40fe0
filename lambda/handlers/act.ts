import { randomUUID } from 'node:crypto'
import middy from '@middy/core'
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda'
import * as z from 'zod'
import { act } from '../act.ts'
import { runSelfTest, testedOf } from '../acting/run-self-test.ts'
import { type Digest, isDigest } from '../core/image.ts'
import type { SelfTestResult } from '../ports.ts'
import { count, log } from '../telemetry.ts'
import { wireActor } from '../wire.ts'
import { onBatch } from './on-batch.ts'

const { world, tested, retryIn } = await wireActor()
const selfTest = z.object({ selfTest: z.string() })
const request = z.object({ host: z.string(), name: z.string(), digest: z.custom<Digest>(isDigest) })

const onQueue = onBatch({
  async handle(body) {
    const image = request.safeParse(body)
    if (image.success) await act(await world(), image.data, randomUUID())
    else dropped('not a request to act', JSON.stringify(body))
  },
  // The work is on the image's item: the sweep asks for it again every minute until it is done
  async exhausted(_, error) {
    count('Outages')
    log('left to the sweep', { error: error.message })
  },
  retryIn,
  dropped,
})

function dropped(reason: string, body: string): void {
  count('EventsDropped')
  log('message dropped', { reason, body: body.slice(0, 2000) })
}

/** Does the work recorded on images (SQS): takes and gives back tags, tells people. Or makes the self-test of a registry (Invoke). */
export const handler = middy<SQSEvent | { selfTest: string }, SQSBatchResponse | SelfTestResult>().handler(
  async (event: SQSEvent | { selfTest: string }, context: Context) => {
    const asked = selfTest.safeParse(event)
    if (asked.success) return runSelfTest(await world(), testedOf(tested, asked.data.selfTest))
    return onQueue(event as SQSEvent, context)
  },
)
