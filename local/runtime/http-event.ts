import type { APIGatewayProxyEventV2WithIAMAuthorizer } from 'aws-lambda'
import { NAMED_ROUTES } from '../../lambda/resources.ts'
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

/** Whom every caller is taken for: nobody is authenticated here. */
const CALLER = {
  accessKey: 'local',
  accountId: ACCOUNT,
  callerId: 'local',
  cognitoIdentity: null,
  principalOrgId: '*',
  userArn: `arn:aws:iam::${ACCOUNT}:user/local`,
  userId: 'local',
}

/**
 * The event of an HTTP API with payload format 2.0, an IAM authorizer and the routes that cdk/ makes:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function toHttpEvent(
  request: HttpRequest,
  requestId: string,
  now: Date,
): APIGatewayProxyEventV2WithIAMAuthorizer {
  const [rawPath = '', ...query] = request.target.split('?')
  const routeKey = routeOf(request.method, rawPath)
  const rawQueryString = query.join('?')
  const { cookie, ...headers } = joinedHeaders(request.rawHeaders)
  const queryStringParameters = joined(new URLSearchParams(rawQueryString), ',')
  return {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString,
    ...(cookie !== undefined && { cookies: cookie.split(/; */) }),
    headers,
    ...(rawQueryString !== '' && { queryStringParameters }),
    requestContext: {
      accountId: ACCOUNT,
      apiId: 'local',
      authorizer: { iam: CALLER },
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
      routeKey,
      stage: '$default',
      time: commonLogTime(now),
      timeEpoch: now.getTime(),
    },
    ...bodyOf(request.body, headers['content-type']),
  }
}

function routeOf(method: string, path: string): string {
  const named = NAMED_ROUTES.some((route) => route.method === method && route.path === path)
  return named ? `${method} ${path}` : '$default'
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
