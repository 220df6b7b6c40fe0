import * as z from 'zod'
import { lastSelfTest } from '../acting/armed.ts'
import { changeSafety, readSafety } from '../acting/safety.ts'
import { BadInput } from '../core/bad-input.ts'
import { type ByPerson, type Safety, withArmed, withResumed } from '../core/breaker.ts'
import { readBody } from '../core/read-body.ts'
import { readReason } from '../core/read-reason.ts'
import { lastPass } from '../reconciling/reconcile-pass.ts'
import { lastRound, namedPlaces } from '../reconciling/watch-round.ts'
import type { Operating } from '../world.ts'
import type { Answer } from './problem.ts'

const request = z.strictObject({ reason: z.string() })
const selfTestRequest = z.strictObject({ registry: z.string() })
const redriveRequest = z.strictObject({ queue: z.string() })

/** Messages put back by one call: what fits into its time. */
const MOST_REDRIVEN = 100

/** GET /v1/operations : what holds quarantine, what each registry was seen to do, and what lies in the queues. */
export async function getOperations(world: Operating): Promise<Answer> {
  const hosts = world.watched
  const [safety, registries, reconciliation, bases, queues] = await Promise.all([
    readSafety(world.store),
    Promise.all(hosts.map((host) => registryResponse(world, host))),
    Promise.all(hosts.map((host) => passResponse(world, host))),
    basesResponse(world),
    world.deadLetters.counts(),
  ])
  return { status: 200, body: { ...safetyResponse(safety), registries, reconciliation, bases, queues } }
}

async function registryResponse({ store, untested }: Operating, registry: string) {
  const configured = untested.get(registry)
  if (configured !== undefined) return { registry, means: configured, selfTest: false }
  const found = await lastSelfTest(store, registry)
  const means = found?.means ?? 'untested'
  return { registry, means, selfTest: true, ...(found && { detail: found.detail, testedAt: found.at }) }
}

/** How far the comparison of a registry with the table has come. */
async function passResponse({ store }: Operating, registry: string) {
  const pass = await lastPass(store, registry)
  if (pass === undefined) return { registry }
  const { startedAt, finishedAt, repositories, counts } = pass
  const [repository] = repositories
  return { registry, startedAt, ...(finishedAt ? { finishedAt } : { repository }), ...counts }
}

/** How far the tags that BaseImages watch were looked at, and what a person should look at. */
async function basesResponse(world: Operating) {
  const named = namedPlaces(world.policies)
  const round = await lastRound(world)
  const { startedAt, unseen, troubles } = round ?? { unseen: named, troubles: [] }
  return { watched: named.length, unjudged: unseen.length, ...(startedAt && { startedAt }), troubles }
}

function safetyResponse({ disarmed, tripped, resumed, recent }: Safety) {
  return {
    armed: disarmed === undefined,
    ...(disarmed && { disarmed }),
    breaker: {
      tripped: tripped !== undefined,
      ...(tripped && { at: tripped.at, why: tripped.why }),
      counted: recent.length,
      ...(resumed && { resumed }),
    },
  }
}

/** POST /v1/operations/disarm {reason} : no tag is taken from now on, in any registry. */
export function postDisarm(world: Operating, by: string, body: unknown): Promise<Answer> {
  return change(world, 'disarmed', by, body, (safety, person) => {
    return safety.disarmed === undefined ? { ...safety, disarmed: person } : undefined
  })
}

/** POST /v1/operations/arm {reason} : tags are taken again, wherever a self-test has passed. */
export function postArm(world: Operating, by: string, body: unknown): Promise<Answer> {
  return change(world, 'armed', by, body, (safety, person) => {
    return safety.disarmed === undefined ? undefined : withArmed(safety, person)
  })
}

/** POST /v1/operations/resume {reason} : closes the breaker again; what it held back is looked at within a minute. */
export function postResume(world: Operating, by: string, body: unknown): Promise<Answer> {
  return change(world, 'resumed', by, body, (safety, person) => {
    return safety.tripped === undefined ? undefined : withResumed(safety, person)
  })
}

async function change(
  world: Operating,
  what: string,
  by: string,
  body: unknown,
  changed: (safety: Safety, person: ByPerson) => Safety | undefined,
): Promise<Answer> {
  const { reason } = readBody(request, body, '{"reason": "…"}')
  const person = { by, reason: readReason(reason), at: world.now().toISOString() }
  await changeSafety(world.store, (safety) => changed(safety, person))
  world.log(`quarantine ${what}`, person)
  return getOperations(world)
}

/** POST /v1/self-tests {registry} : finds out, in the scratch repository, how tags can be taken in a registry, and goes by it from then on. */
export async function postSelfTest(world: Operating, by: string, body: unknown): Promise<Answer> {
  const { registry } = readBody(selfTestRequest, body, '{"registry": "HOST"}')
  // In those where only bases are read no tag is ever taken
  if (!world.watched.includes(registry)) {
    throw new BadInput(`registry "${registry}" is not watched; watched: ${world.watched.join(', ')}`)
  }
  if (world.untested.has(registry)) {
    throw new BadInput(
      `registry "${registry}" has no self-test: it only speaks OCI, and its configuration says what may be done`,
    )
  }
  world.log('self-test asked for', { by, registry })
  await world.invokeAct({ selfTest: registry }, true)
  return { status: 200, body: await registryResponse(world, registry) }
}

/** POST /v1/redrive {queue} : puts dead messages back on the queue they were for; `moved`, and what is left. */
export async function postRedrive(world: Operating, by: string, body: unknown): Promise<Answer> {
  const { queue } = readBody(redriveRequest, body, '{"queue": "verify"}')
  const { deadLetters } = world
  if (!deadLetters.queues.includes(queue)) {
    throw new BadInput(`queue "${queue}" is not one of ${deadLetters.queues.join(', ')}`)
  }
  const moved = await deadLetters.redrive(queue, MOST_REDRIVEN)
  world.log('redriven', { by, queue, moved })
  return { status: 200, body: { queue, moved, queues: await deadLetters.counts() } }
}
