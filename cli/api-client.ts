import { BadInput } from '../lambda/core/bad-input.ts'
import { Unavailable } from '../lambda/errors.ts'
import { signatureFor } from './sign-request.ts'

/** Each of our answers has one of these. */
const OURS = ['state', 'allow', 'changes', 'images', 'waivers', 'armed', 'means', 'moved', 'base']
const DEADLINE_MS = 30_000

export type ApiAnswer = { readonly status: number; readonly body: Record<string, unknown> }

/** What is sent beside the query; without it, a GET. */
type Sent = { readonly method: 'POST' | 'DELETE'; readonly body?: unknown }

/** Asks the status API; a refused request is BadInput, no answer is Unavailable. */
export async function askApi(
  api: string,
  path: string,
  query: Readonly<Record<string, string | undefined>>,
  sent?: Sent,
): Promise<ApiAnswer> {
  if (!URL.canParse(path, api)) throw new BadInput(`--api "${api}" is not a URL like http://127.0.0.1:8080`)
  const url = new URL(path, api)
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value)
  const { status, body } = await send(url, sent)
  const detail = typeof body.detail === 'string' ? body.detail : `${url.origin} answered ${status}`
  if (status >= 500) throw new Unavailable('status API', detail)
  // Problem details say their own status
  if (status === 400 || body.status === status) throw new BadInput(detail)
  // Whatever else answers there has none of them
  if (OURS.some((field) => field in body)) return { status, body }
  throw new Unavailable('status API', `${url.origin} answered ${status}, and not as Assay does: is it the status API?`)
}

async function send(url: URL, sent: Partial<Sent> = {}): Promise<ApiAnswer> {
  const method = sent.method ?? 'GET'
  const body = sent.body === undefined ? {} : { body: JSON.stringify(sent.body) }
  const signature = await signatureFor({ method, url, ...body })
  try {
    const headers = { ...('body' in body && { 'content-type': 'application/json' }), ...signature }
    const response = await fetch(url, { signal: AbortSignal.timeout(DEADLINE_MS), method, headers, ...body })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  } catch (cause) {
    throw new Unavailable('status API', `${url.origin} does not answer (set --api or ASSAY_API): ${String(cause)}`, {
      cause,
    })
  }
}

/** Where the API is: the local stack unless said otherwise. */
export function defaultApi(env: NodeJS.ProcessEnv = process.env): string {
  return env.ASSAY_API ?? `http://127.0.0.1:${env.ASSAY_API_PORT ?? 8080}`
}
