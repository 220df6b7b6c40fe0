import { describe, expect, it } from 'vitest'
import { problem, problemOf } from '../../lambda/api/problem.ts'
import { jsonBody } from '../../lambda/api/query.ts'
import { BadInput } from '../../lambda/core/bad-input.ts'
import { Misconfigured, OverLimit, Unavailable } from '../../lambda/errors.ts'

const PROBLEM = { headers: { 'content-type': 'application/problem+json' } }

describe('an error as problem details (RFC 9457)', () => {
  it.each([
    [new BadInput('tag "" is not a tag'), 400, 'Bad request', 'tag "" is not a tag'],
    [new Unavailable('ECR', 'no answer'), 503, 'Not available', 'ECR: no answer'],
    [new OverLimit('r.example: manifest of 5 MB'), 503, 'Over a limit', 'r.example: manifest of 5 MB'],
    [new Misconfigured('no policies'), 503, 'Not configured', 'no policies'],
  ])('%s', (error, status, title, detail) => {
    expect(problemOf(error)).toEqual({ status, body: { type: 'about:blank', title, status, detail }, ...PROBLEM })
  })

  it.each([new TypeError('x'), new Error('x'), 'x', undefined, null])(
    '%s is a defect, and nothing of it is told',
    (error) => {
      expect(problemOf(error)).toBeUndefined()
    },
  )

  it('is told of anything', () => {
    expect(problem(404, 'Not found', 'x')).toMatchObject({
      status: 404,
      body: { status: 404, detail: 'x' },
      ...PROBLEM,
    })
  })
})

describe('a body', () => {
  it.each([
    [{ body: '{"a":1}', isBase64Encoded: false }, { a: 1 }],
    [{ body: Buffer.from('{"a":"é"}').toString('base64'), isBase64Encoded: true }, { a: 'é' }],
  ])('%j', (event, json) => {
    expect(jsonBody(event)).toEqual(json)
  })

  it.each([{ isBase64Encoded: false }, { body: '{', isBase64Encoded: false }, { body: '{}', isBase64Encoded: true }])(
    '%j is refused',
    (event) => {
      expect(() => jsonBody(event)).toThrow(BadInput)
    },
  )
})
