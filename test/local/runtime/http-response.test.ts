import { expect, test } from 'vitest'
import { toHttpResponse } from '../../../local/runtime/http-response.ts'

const json = ['content-type', 'application/json']
const text = ['content-type', 'text/plain; charset=utf-8']

test.each<[string, unknown, number, readonly string[][], string]>([
  ['a string', 'hello', 200, [json], 'hello'],
  ['an object', { a: 1 }, 200, [json], '{"a":1}'],
  ['a list', [1], 200, [json], '[1]'],
  ['null', null, 200, [json], 'null'],
  ['a status alone', { statusCode: 204 }, 204, [text], ''],
  ['a status as text', { statusCode: '404', body: 'no' }, 404, [text], 'no'],
  [
    'headers of every kind',
    { statusCode: 200, headers: { 'X-N': 1, 'Content-Type': 'a/b', 'Content-Length': 99 }, body: 'x' },
    200,
    [
      ['x-n', '1'],
      ['content-type', 'a/b'],
    ],
    'x',
  ],
  [
    'cookies',
    { statusCode: 200, cookies: ['a=1', 'b=2'] },
    200,
    [text, ['set-cookie', 'a=1'], ['set-cookie', 'b=2']],
    '',
  ],
  ['base64', { statusCode: 200, body: 'aGk=', isBase64Encoded: true }, 200, [text], 'hi'],
])('%s', (_, answer, status, headers, body) => {
  const response = toHttpResponse(JSON.stringify(answer))!
  expect({ ...response, body: response.body.toString() }).toEqual({ status, headers, body })
})

test.each([
  { statusCode: 'many' },
  { statusCode: 99 },
  { statusCode: 200, body: { a: 1 } },
  { statusCode: 200, headers: { a: ['b'] } },
])('malformed: %j', (answer) => {
  expect(toHttpResponse(JSON.stringify(answer))).toBeUndefined()
})
