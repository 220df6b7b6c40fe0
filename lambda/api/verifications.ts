import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda'
import * as z from 'zod'
import { unavailable } from '../aws-errors.ts'
import { BadInput } from '../core/bad-input.ts'
import { formatImage } from '../core/image.ts'
import { Unavailable } from '../errors.ts'
import type { Known } from '../world.ts'
import { imageParameter, unwatched } from './locate.ts'
import type { Answer } from './problem.ts'
import { getStatus } from './status.ts'

const request = z.strictObject({ image: z.string(), wait: z.boolean().optional() })

/** Invokes the verify function; `wait` until it has answered. */
export type InvokeVerify = (payload: unknown, wait: boolean) => Promise<void>

/** POST /v1/verifications {image, wait?} : verifies now; 202, or with `wait` the status. */
export async function postVerification(world: Known, invoke: InvokeVerify, body: unknown): Promise<Answer> {
  const parsed = request.safeParse(body)
  if (!parsed.success)
    throw new BadInput(`body: ${z.prettifyError(parsed.error)}; give {"image": "HOST/NAME:TAG", "wait": true}`)
  const { image: reference, wait = false } = parsed.data
  const image = imageParameter(reference)
  const elsewhere = unwatched(world, image)
  if (elsewhere !== undefined) throw new BadInput(`image "${reference}": ${elsewhere}`)
  await invoke({ verify: formatImage(image) }, wait)
  return wait
    ? getStatus(world, { image: reference })
    : { status: 202, body: { image: formatImage(image), accepted: true } }
}

/** The verify function, through Lambda's Invoke. */
export function lambdaInvoke(client: LambdaClient, functionName: string): InvokeVerify {
  const call = unavailable('Lambda')
  return async (payload, wait) => {
    const Payload = Buffer.from(JSON.stringify(payload))
    const InvocationType = wait ? 'RequestResponse' : 'Event'
    const { FunctionError, Payload: answer } = await call(
      client.send(new InvokeCommand({ FunctionName: functionName, InvocationType, Payload })),
    )
    if (FunctionError === undefined) return
    throw new Unavailable(
      'verify',
      `could not verify: ${Buffer.from(answer ?? [])
        .toString()
        .slice(0, 500)}`,
    )
  }
}
