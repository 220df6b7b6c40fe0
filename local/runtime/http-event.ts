import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { ACCOUNT } from '../aws/account.ts'

/** A request as it came over the wire. */
export type HttpRequest = {
  readonly method: string
  /** Path and query, as in the request line. */
  readonly target: string
  readonly protocol: string
  /** Names and values in turn, as sent. */
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
  readonly sourceIp: string
}

// What API Gateway hands on as text; a handler must expect any other type, also `+json`, in base64.
const TEXT = /^(text\/|application\/(json|xml|javascript)\b)/i
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/**
 * The event of an HTTP API with payload format 2.0 and one `$default` route:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function toHttpEvent(request: HttpRequest, requestId: string, now: Date): APIGatewayProxyEventV2 {
  const [rawPath = '', ...query] = request.target.split('?')
  const rawQueryString = query.join('?')
  const { cookie, ...headers } = joinedHeaders(request.rawHeaders)
  const queryStringParameters = joined(new URLSearchParams(rawQueryString), ',')
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    ...(cookie !== undefined && { cookies: cookie.split(/; */) }),
    headers,
    ...(rawQueryString !== '' && { queryStringParameters }),
    requestContext: {
      accountId: ACCOUNT,
      apiId: 'local',
      domainName: headers.host ?? '',
      domainPrefix: 'local',
      http: {
        method: request.method,
        path: rawPath,
        protocol: request.protocol,
        sourceIp: request.sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId,
      routeKey: '$default',
      stage: '$default',
      time: commonLogTime(now),
      timeEpoch: now.getTime(),
    },
    ...bodyOf(request.body, headers['content-type']),
  }
}

function joinedHeaders(rawHeaders: readonly string[]): Record<string, string> {
  const pairs: [string, string][] = []
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) pairs.push([rawHeaders[i] ?? '', rawHeaders[i + 1] ?? ''])
  const cookies = pairs.filter(([name]) => name.toLowerCase() === 'cookie')
  const others = pairs.filter(([name]) => name.toLowerCase() !== 'cookie')
  const lower = (list: typeof pairs) => list.map(([name, value]) => [name.toLowerCase(), value] as const)
  return { ...joined(lower(others), ','), ...joined(lower(cookies), '; ') }
}

function joined(pairs: Iterable<readonly [string, string]>, separator: string): Record<string, string> {
  const values = new Map<string, string>()
  for (const [name, value] of pairs) {
    const before = values.get(name)
    values.set(name, before === undefined ? value : `${before}${separator}${value}`)
  }
  return Object.fromEntries(values)
}

function bodyOf(body: Buffer, contentType = 'text/plain'): { body?: string; isBase64Encoded: boolean } {
  if (body.length === 0) return { isBase64Encoded: false }
  const text = body.toString('utf8')
  if (TEXT.test(contentType) && Buffer.from(text, 'utf8').equals(body)) return { body: text, isBase64Encoded: false }
  return { body: body.toString('base64'), isBase64Encoded: true }
}

function commonLogTime(now: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${two(now.getUTCDate())}/${MONTHS[now.getUTCMonth()]}/${now.getUTCFullYear()}`
  return `${day}:${two(now.getUTCHours())}:${two(now.getUTCMinutes())}:${two(now.getUTCSeconds())} +0000`
}
