import middy from '@middy/core'
import httpRouter from '@middy/http-router'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import { getGate, postGate } from '../api/gate.ts'
import { getHistory, getImages } from '../api/images.ts'
import { type Answer, problem, problemOf } from '../api/problem.ts'
import { jsonBody } from '../api/query.ts'
import { getStatus } from '../api/status.ts'
import { postVerification } from '../api/verifications.ts'
import { logError } from '../telemetry.ts'
import { wireApi } from '../wire.ts'

const { world, invokeVerify } = await wireApi()

type Route = (event: APIGatewayProxyEventV2) => Promise<Answer> | Answer
const routes: Readonly<Record<string, Route>> = {
  'GET /healthz': () => ({ status: 200, body: { ok: true } }),
  'GET /v1/status': async ({ queryStringParameters = {} }) => getStatus(await world(), queryStringParameters),
  'GET /v1/gate': async ({ queryStringParameters = {} }) => getGate(await world(), queryStringParameters),
  'POST /v1/gate': async (event) => postGate(await world(), jsonBody(event)),
  'GET /v1/images': async ({ queryStringParameters = {} }) => getImages(await world(), queryStringParameters),
  'GET /v1/history': async ({ queryStringParameters = {} }) => getHistory(await world(), queryStringParameters),
  'POST /v1/verifications': async (event) => postVerification(await world(), invokeVerify, jsonBody(event)),
}

const router = httpRouter({
  routes: Object.entries(routes).map(([route, answer]) => {
    const [method = '', path = ''] = route.split(' ')
    return {
      method: method as 'GET' | 'POST',
      path,
      handler: async (event: APIGatewayProxyEventV2) => response(await answer(event)),
    }
  }),
  notFoundResponse: ({ method, path }) =>
    response(problem(404, 'Not found', `there is no ${method} ${path}; there is ${Object.keys(routes).join(', ')}`)),
})

/** The status API behind an HTTP API (payload format 2.0). Errors are problem details. */
export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
  .handler(router)
  .onError((request) => {
    const answer = problemOf(request.error)
    if (answer === undefined) logError('defect in the API', request.error)
    request.response = response(
      answer ?? problem(500, 'Internal error', 'this is a defect in Assay; it has been logged'),
    )
  })

function response({ status, body, headers }: Answer): APIGatewayProxyStructuredResultV2 {
  return { statusCode: status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }
}
