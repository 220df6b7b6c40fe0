import * as z from 'zod'
import { BadInput } from '../core/bad-input.ts'
import { type GateAnswer, gate } from '../core/gate.ts'
import { enforcementFor, environments, inEnvironment } from '../core/policy/match.ts'
import { readBody } from '../core/read-body.ts'
import { currentPolicyHash } from '../examine.ts'
import type { Known } from '../world.ts'
import { imageParameter, locate, unwatched } from './locate.ts'
import type { Answer } from './problem.ts'
import type { Query } from './query.ts'

const MAX_IMAGES = 50
const request = z.strictObject({
  images: z.array(z.string()).min(1).max(MAX_IMAGES),
  environment: z.string().optional(),
})

/** GET /v1/gate?image=&environment= : 200 is yes, 403 with a body is no. */
export async function getGate(world: Known, query: Query): Promise<Answer> {
  const answer = await ask(world, query.image, query.environment)
  return { status: answer.allow ? 200 : 403, body: answer }
}

/** POST /v1/gate {images[], environment?} : yes only if every image may be deployed. */
export async function postGate(world: Known, body: unknown): Promise<Answer> {
  const { images, environment } = readBody(request, body, '{"images": ["HOST/NAME@DIGEST", …]}')
  const answers = await Promise.all(images.map(async (image) => ({ image, ...(await ask(world, image, environment)) })))
  const allow = answers.every((answer) => answer.allow)
  return { status: allow ? 200 : 403, body: { allow, images: answers } }
}

async function ask(world: Known, reference: unknown, environment: string | undefined): Promise<GateAnswer> {
  const image = imageParameter(reference)
  if (environment !== undefined && !environments(world.policies).includes(environment)) {
    const known = environments(world.policies).join(', ') || 'none'
    throw new BadInput(`environment "${environment}" is not named by any Enforcement; known: ${known}`)
  }
  if (environment !== undefined && !inEnvironment(world.policies, image, environment)) {
    return {
      allow: false,
      state: 'unknown',
      reasons: [`no Enforcement of environment "${environment}" covers this image`],
    }
  }
  const elsewhere = unwatched(world, image)
  if (elsewhere !== undefined) return { allow: false, state: 'unknown', reasons: [elsewhere] }
  const { digest, taken } = await locate(world, image)
  const record = digest && (await world.store.image({ ...image, digest }))
  if (!record) return gate(undefined, '', enforcementFor(world.policies, image), world.now().toISOString())
  const answer = gate(
    record,
    currentPolicyHash(world.policies, record),
    enforcementFor(world.policies, image),
    world.now().toISOString(),
  )
  if (!answer.allow) return answer
  const no = { allow: false, state: record.state, digest: record.digest } as const
  // The tag is gone from the registry: a yes would name a digest that the tag does not have (I4)
  if (taken) return { ...no, reasons: ['the tag is still being given back'], retryAfter: 5 }
  if (record.archivedAt === undefined) return answer
  return { ...no, reasons: ['the image is archived, and still being restored'], retryAfter: 60 }
}
