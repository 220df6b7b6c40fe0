import middy from '@middy/core'
import httpRouter from '@middy/http-router'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import { type Answer, problem, problemOf } from '../api/problem.ts'
import { routesOf } from '../api/routes.ts'
import { logError } from '../telemetry.ts'
import { wireApi } from '../wire.ts'

const routes = routesOf(await wireApi())

const router = httpRouter({
  routes: Object.entries(routes).map(([route, answer]) => {
    const [method = '', path = ''] = route.split(' ')
    return {
      method: method as 'GET' | 'POST' | 'DELETE',
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
