import * as z from 'zod'
import { BadInput } from '../../lambda/core/bad-input.ts'
import type { MovableClock } from '../clock.ts'
import type { Inbox } from '../inbox.ts'
import type { HttpRequest } from '../runtime/http-event.ts'
import { type HttpResponse, jsonResponse, problem } from '../runtime/http-response.ts'
import type { Schedule } from '../runtime/scheduler.ts'

export type LocalParts = {
  readonly clock: MovableClock
  readonly inbox: Pick<Inbox, 'list'>
  readonly sweep: Pick<Schedule, 'runNow'>
}

type Route = (body: Buffer) => Promise<HttpResponse> | HttpResponse

const Advance = z.strictObject({ advanceSeconds: z.number() })

/** The routes there are only on a laptop, under /local/; undefined for every other path. */
export function localRoutes(parts: LocalParts): (request: HttpRequest) => Promise<HttpResponse | undefined> {
  const routes: Readonly<Record<string, Route>> = {
    'GET /local/alerts': () => jsonResponse(200, parts.inbox.list()),
    'GET /local/clock': () => jsonResponse(200, { now: parts.clock.now() }),
    'POST /local/clock': (body) => moveClock(parts, body),
  }
  return async ({ method, target, body }) => {
    const [path = ''] = target.split('?')
    if (!path.startsWith('/local/')) return undefined
    const route = routes[`${method} ${path}`]
    if (route !== undefined) return route(body)
    return problem(404, 'Not found', `there is no ${method} ${path}; there is ${Object.keys(routes).join(', ')}`)
  }
}

async function moveClock({ clock, sweep }: LocalParts, body: Buffer): Promise<HttpResponse> {
  const request = Advance.safeParse(parseJson(body))
  if (!request.success) return problem(400, 'Bad request', 'send {"advanceSeconds": NUMBER} as JSON')
  try {
    clock.advance(request.data.advanceSeconds)
  } catch (error) {
    if (error instanceof BadInput) return problem(400, 'Bad request', error.message)
    throw error
  }
  const outcome = await sweep.runNow()
  if (outcome.ok) return jsonResponse(200, { now: clock.now() })
  return problem(500, 'Sweep failed', `the clock was moved, but the sweep that follows failed: ${outcome.payload}`)
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
