import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { type HttpApiOptions, startHttpApi } from '../../../local/runtime/http-api.ts'
import { jsonResponse } from '../../../local/runtime/http-response.ts'
import { testFunction } from './probe-function.ts'

async function start(options: Partial<HttpApiOptions> = {}): Promise<string> {
  const api = await startHttpApi({
    function: testFunction({ module: 'http' }),
    port: 0,
    now: () => new Date(0),
    log: () => {},
    ...options,
  })
  onTestFinished(() => api.close())
  return api.url
}

test('a request reaches the handler and its answer the caller', async () => {
  const url = await start()
  const response = await fetch(`${url}/echo?a=1`, { method: 'POST', body: Buffer.of(1, 2, 255) })
  expect(response.status).toBe(201)
  expect(response.headers.get('x-answer')).toBe('yes')
  expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  expect(await response.json()).toMatchObject({
    version: '2.0',
    rawPath: '/echo',
    rawQueryString: 'a=1',
    headers: { host: new URL(url).host, 'content-length': '3' },
    requestContext: { http: { method: 'POST', path: '/echo', sourceIp: '127.0.0.1' }, timeEpoch: 0 },
    body: 'AQL/',
    isBase64Encoded: true,
  })
})

test.each([
  ['/throw', 500, { message: 'Internal Server Error' }],
  ['/malformed', 500, { message: 'Internal Server Error' }],
  ['/bad-header', 500, { message: 'Internal Server Error' }],
  ['/plain', 200, { plain: true }],
])('GET %s is %i', async (path, status, body) => {
  const response = await fetch((await start()) + path)
  expect(response.status).toBe(status)
  expect(response.headers.get('content-type')).toBe('application/json')
  expect(await response.json()).toEqual(body)
})

test('a handler that runs into its timeout is 503', async () => {
  const url = await start({ function: testFunction({ module: 'http', timeout: 0.5 }) })
  const response = await fetch(`${url}/spin`)
  expect(response.status).toBe(503)
  expect(await response.json()).toEqual({ message: 'Service Unavailable' })
})

test('a body over ten megabytes is refused, one of ten is not', async () => {
  const url = await start()
  const limit = 10 * 1024 * 1024
  const post = (bytes: number) => fetch(`${url}/size`, { method: 'POST', body: Buffer.alloc(bytes, 'x') })
  const refused = await post(limit + 1)
  expect(refused.status).toBe(413)
  expect(await refused.json()).toEqual({ message: 'Request Entity Too Large' })
  expect(await (await post(limit)).json()).toEqual({ size: limit })
})

test('local routes come before the function', async () => {
  const url = await start({
    local: async ({ target }) => (target.startsWith('/local/') ? jsonResponse(200, { local: true }) : undefined),
  })
  expect(await (await fetch(`${url}/local/x`)).json()).toEqual({ local: true })
  expect(await (await fetch(`${url}/plain`)).json()).toEqual({ plain: true })
})

test('a local route that fails is an internal error', async () => {
  const lines: string[] = []
  const url = await start({ local: () => Promise.reject(new Error('disk')), log: (line) => lines.push(line) })
  expect((await fetch(url)).status).toBe(500)
  expect(lines).toEqual(['GET /: Error: disk'])
})

test('HEAD has no body', async () => {
  const response = await fetch(`${await start()}/plain`, { method: 'HEAD' })
  expect(response.status).toBe(200)
  expect(await response.text()).toBe('')
})

test('what is not HTTP is refused and hurts nobody', async () => {
  const url = await start()
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.end('\0\0\0\r\n\r\n')
  expect(await text(socket)).toContain('400 Bad Request')
  expect((await fetch(`${url}/plain`)).status).toBe(200)
})

test('it listens on loopback only, and a taken port is the system’s error', async () => {
  const url = await start()
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  await expect(start({ port: Number(new URL(url).port) })).rejects.toMatchObject({ code: 'EADDRINUSE' })
})
