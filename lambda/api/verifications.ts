import * as z from 'zod'
import { BadInput } from '../core/bad-input.ts'
import { formatImage } from '../core/image.ts'
import { readBody } from '../core/read-body.ts'
import type { Invoke } from '../ports.ts'
import type { Known } from '../world.ts'
import { imageParameter, unwatched } from './locate.ts'
import type { Answer } from './problem.ts'
import { getStatus } from './status.ts'

const request = z.strictObject({ image: z.string(), wait: z.boolean().optional() })

/** POST /v1/verifications {image, wait?} : verifies now; 202, or with `wait` the status. */
export async function postVerification(world: Known, invoke: Invoke, body: unknown): Promise<Answer> {
  const { image: reference, wait = false } = readBody(request, body, '{"image": "HOST/NAME:TAG", "wait": true}')
  const image = imageParameter(reference)
  const elsewhere = unwatched(world, image)
  if (elsewhere !== undefined) throw new BadInput(`image "${reference}": ${elsewhere}`)
  await invoke({ verify: formatImage(image) }, wait)
  return wait
    ? getStatus(world, { image: reference })
    : { status: 202, body: { image: formatImage(image), accepted: true } }
}
