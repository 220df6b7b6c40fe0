import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import type { Invoke } from '../ports.ts'
import type { Cataloguing, Known, Operating, Waiving } from '../world.ts'
import { callerOf } from './caller.ts'
import { getChain } from './chain.ts'
import { getDerived } from './derived.ts'
import { getGate, postGate } from './gate.ts'
import { getHistory, getImages } from './images.ts'
import { getOperations, postArm, postDisarm, postRedrive, postResume, postSelfTest } from './operations.ts'
import { type Answer, problem } from './problem.ts'
import { jsonBody } from './query.ts'
import { getStatus } from './status.ts'
import { getUndo, postUndo } from './undo.ts'
import { postVerification } from './verifications.ts'
import { deleteWaiver, getWaivers, postRelease } from './waivers.ts'

export type Route = (event: APIGatewayProxyEventV2) => Promise<Answer> | Answer

export type Api = {
  readonly world: () => Promise<Known & Waiving & Operating & Cataloguing>
  readonly invokeVerify: Invoke
}

/** All calls of the API, by `METHOD /path`. */
export function routesOf({ world, invokeVerify }: Api): Readonly<Record<string, Route>> {
  return {
    'GET /healthz': () => ({ status: 200, body: { ok: true } }),
    'GET /v1/status': async ({ queryStringParameters = {} }) => getStatus(await world(), queryStringParameters),
    'GET /v1/gate': async ({ queryStringParameters = {} }) => getGate(await world(), queryStringParameters),
    'POST /v1/gate': async (event) => postGate(await world(), jsonBody(event)),
    'GET /v1/images': async ({ queryStringParameters = {} }) => getImages(await world(), queryStringParameters),
    'GET /v1/history': async ({ queryStringParameters = {} }) => getHistory(await world(), queryStringParameters),
    'GET /v1/chain': async ({ queryStringParameters = {} }) => getChain(await world(), queryStringParameters),
    'GET /v1/derived': async ({ queryStringParameters = {} }) => getDerived(await world(), queryStringParameters),
    'POST /v1/verifications': async (event) => postVerification(await world(), invokeVerify, jsonBody(event)),
    'GET /v1/waivers': async ({ queryStringParameters = {} }) => getWaivers(await world(), queryStringParameters),
    ...named('POST /v1/releases', async (event, by) => postRelease(await world(), by, jsonBody(event))),
    ...named('DELETE /v1/waivers', async ({ queryStringParameters = {} }, by) =>
      deleteWaiver(await world(), by, queryStringParameters),
    ),
    'GET /v1/operations': async () => getOperations(await world()),
    ...named('POST /v1/operations/disarm', async (event, by) => postDisarm(await world(), by, jsonBody(event))),
    ...named('POST /v1/operations/arm', async (event, by) => postArm(await world(), by, jsonBody(event))),
    ...named('POST /v1/operations/resume', async (event, by) => postResume(await world(), by, jsonBody(event))),
    'GET /v1/undo': async ({ queryStringParameters = {} }) => getUndo(await world(), queryStringParameters),
    ...named('POST /v1/undo', async (event, by) => postUndo(await world(), by, jsonBody(event))),
    ...named('POST /v1/redrive', async (event, by) => postRedrive(await world(), by, jsonBody(event))),
    ...named('POST /v1/self-tests', async (event, by) => postSelfTest(await world(), by, jsonBody(event))),
  }
}

/**
 * A call in a person's name, by the route that asks for a permission of its own. A path with a slash more leads here as well,
 * but by `$default`, where the permission to read is enough.
 */
function named(
  route: string,
  answer: (event: APIGatewayProxyEventV2, by: string) => Promise<Answer>,
): Readonly<Record<string, Route>> {
  return {
    [route]: (event) => {
      const by = event.routeKey === route ? callerOf(event) : undefined
      if (by !== undefined) return answer(event, by)
      return problem(
        403,
        'Forbidden',
        `${route} is for authenticated callers, by exactly this path: a person answers for it`,
      )
    },
  }
}
