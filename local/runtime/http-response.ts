import * as z from 'zod'

/** What goes back over the wire. */
export type HttpResponse = {
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
  readonly body: Buffer
}

const Value = z.union([z.string(), z.number(), z.boolean()])
const Structured = z.object({
  statusCode: z.coerce.number().int().min(200).max(599),
  headers: z.record(z.string(), Value).nullish(),
  cookies: z.array(z.string()).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
})
const JSON_TYPE = ['content-type', 'application/json'] as const

/**
 * A function's answer as an HTTP API sends it; undefined where API Gateway would call it malformed. Without `statusCode`
 * it is a body: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function toHttpResponse(payload: string): HttpResponse | undefined {
  const answer: unknown = JSON.parse(payload)
  if (typeof answer === 'string') return { status: 200, headers: [JSON_TYPE], body: Buffer.from(answer) }
  if (answer === null || typeof answer !== 'object' || !('statusCode' in answer)) {
    return { status: 200, headers: [JSON_TYPE], body: Buffer.from(payload) }
  }
  const parsed = Structured.safeParse(answer)
  if (!parsed.success) return undefined
  const { statusCode, headers, cookies, body, isBase64Encoded } = parsed.data
  return {
    status: statusCode,
    headers: [...headerList(headers ?? {}), ...(cookies ?? []).map((cookie) => ['set-cookie', cookie] as const)],
    body: Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8'),
  }
}

function headerList(headers: Readonly<Record<string, string | number | boolean>>): (readonly [string, string])[] {
  const list = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)] as const)
  const sent = list.filter(([name]) => name !== 'content-length')
  return sent.some(([name]) => name === 'content-type')
    ? sent
    : [['content-type', 'text/plain; charset=utf-8'], ...sent]
}

/** A JSON document. */
export function jsonResponse(status: number, document: unknown, type = 'application/json'): HttpResponse {
  return { status, headers: [['content-type', type]], body: Buffer.from(JSON.stringify(document)) }
}

/** A refusal a person can act on (RFC 9457). */
export function problem(status: number, title: string, detail: string): HttpResponse {
  return jsonResponse(status, { type: 'about:blank', title, status, detail }, 'application/problem+json')
}
