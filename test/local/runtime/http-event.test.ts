import { expect, test } from 'vitest'
import { type HttpRequest, toHttpEvent } from '../../../local/runtime/http-event.ts'

const now = new Date('2026-03-05T07:08:09.123Z')

function eventOf(request: Partial<HttpRequest>) {
  const defaults = { method: 'GET', target: '/', protocol: 'HTTP/1.1', rawHeaders: [], body: Buffer.alloc(0) }
  return toHttpEvent({ ...defaults, sourceIp: '127.0.0.1', ...request }, 'request-1', now)
}

test('a request without anything', () => {
  expect(eventOf({})).toEqual({
    version: '2.0',
    routeKey: '$default',
    rawPath: '/',
    rawQueryString: '',
    headers: {},
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      authorizer: {
        iam: {
          accessKey: 'local',
          accountId: '000000000000',
          callerId: 'local',
          cognitoIdentity: null,
          principalOrgId: '*',
          userArn: 'arn:aws:iam::000000000000:user/local',
          userId: 'local',
        },
      },
      domainName: '',
      domainPrefix: 'local',
      http: { method: 'GET', path: '/', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: '' },
      requestId: 'request-1',
      routeKey: '$default',
      stage: '$default',
      time: '05/Mar/2026:07:08:09 +0000',
      timeEpoch: now.getTime(),
    },
    isBase64Encoded: false,
  })
})

test.each<[string, Partial<HttpRequest>, object]>([
  [
    'path and query stay as sent, parameters are decoded and joined',
    { target: '/v1/a%2Fb?image=r%2Fi%40sha256%3Aab&state=a&state=b&flag' },
    {
      rawPath: '/v1/a%2Fb',
      rawQueryString: 'image=r%2Fi%40sha256%3Aab&state=a&state=b&flag',
      queryStringParameters: { image: 'r/i@sha256:ab', state: 'a,b', flag: '' },
    },
  ],
  ['a question mark in the query', { target: '/?a=?' }, { rawQueryString: 'a=?', queryStringParameters: { a: '?' } }],
  [
    'header names in lower case, values joined',
    { rawHeaders: ['Host', 'h:1', 'Accept', 'a', 'ACCEPT', 'b', 'User-Agent', 'curl'] },
    { headers: { host: 'h:1', accept: 'a,b', 'user-agent': 'curl' } },
  ],
  [
    'cookies apart',
    { rawHeaders: ['Cookie', 'a=1; b=2', 'x', 'y', 'cookie', 'c=3'] },
    { cookies: ['a=1', 'b=2', 'c=3'], headers: { x: 'y' } },
  ],
  [
    'a name that is special to JavaScript',
    { target: '/?__proto__=x', rawHeaders: ['__proto__', 'y'] },
    {
      headers: Object.fromEntries([['__proto__', 'y']]),
      queryStringParameters: Object.fromEntries([['__proto__', 'x']]),
    },
  ],
  [
    'JSON as text',
    { rawHeaders: ['content-type', 'application/json; charset=utf-8'], body: Buffer.from('{"é":1}') },
    { body: '{"é":1}', isBase64Encoded: false },
  ],
  ['a body of no type as text', { body: Buffer.from('hello') }, { body: 'hello', isBase64Encoded: false }],
  [
    'another type in base64, though it is text',
    { rawHeaders: ['content-type', 'application/vnd.x+json'], body: Buffer.from('{}') },
    { body: 'e30=', isBase64Encoded: true },
  ],
  ['bytes in base64', { body: Buffer.of(0xff, 0xfe) }, { body: '//4=', isBase64Encoded: true }],
])('%s', (_, request, expected) => {
  const event = eventOf(request)
  for (const [key, value] of Object.entries(expected)) expect(event).toHaveProperty(key, value)
})

test('host and user agent are in the request context too', () => {
  const { requestContext } = eventOf({
    rawHeaders: ['Host', 'h:1', 'User-Agent', 'curl'],
    method: 'POST',
    target: '/x?y',
  })
  expect(requestContext).toMatchObject({ domainName: 'h:1', http: { method: 'POST', path: '/x', userAgent: 'curl' } })
})

test.each([
  ['POST', '/v1/releases', 'POST /v1/releases'],
  ['DELETE', '/v1/waivers?image=x', 'DELETE /v1/waivers'],
  ['POST', '/v1/releases/', '$default'],
  ['GET', '/v1/waivers', '$default'],
])('%s %s comes by the route %s', (method, target, routeKey) => {
  expect(eventOf({ method, target })).toMatchObject({ routeKey, requestContext: { routeKey } })
})
