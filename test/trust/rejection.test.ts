import { expect, it } from 'vitest'
import { faultOf, Rejection } from '../../lambda/trust/rejection.ts'

it.each<[string, unknown, object]>([
  ['a rejection keeps its fault', new Rejection('log-missing', 'none'), { fault: 'log-missing', detail: 'none' }],
  ['anything else is malformed', new TypeError('x of undefined'), { fault: 'malformed', detail: 'x of undefined' }],
  ['also what is no error', 'thrown', { fault: 'malformed', detail: 'thrown' }],
  ['quotes are made harmless', new Error('<\u202e\n\u0000é>'), { fault: 'malformed', detail: '<????>' }],
  ['and short', new Error('x'.repeat(10_000)), { fault: 'malformed', detail: 'x'.repeat(300) }],
])('%s', (_, thrown, told) => {
  expect(faultOf(thrown)).toEqual(told)
})
