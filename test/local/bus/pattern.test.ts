import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EventPattern } from '../../../local/bus/event-pattern.ts'
import { matches } from '../../../local/bus/pattern.ts'
import { validatePattern } from '../../../local/bus/validate-pattern.ts'

const push = {
  source: 'aws.ecr',
  'detail-type': 'ECR Image Action',
  resources: ['arn:one', 'arn:two'],
  empty: [],
  nothing: null,
  detail: {
    'action-type': 'PUSH',
    'image-tag': '',
    size: 300,
    ok: true,
    layers: [
      { type: 'a', size: 1 },
      { type: 'b', size: 2 },
    ],
  },
}

type Case = [pattern: EventPattern, expected: boolean]
const tables: Record<string, Case[]> = {
  'values are compared as they are': [
    [{ source: ['aws.ecr'] }, true],
    [{ source: ['aws.s3', 'aws.ecr'] }, true],
    [{ source: ['aws.s3'] }, false],
    [{ source: ['AWS.ECR'] }, false],
    [{ detail: { size: [300] } }, true],
    [{ detail: { size: ['300'] } }, false],
    [{ detail: { ok: [true] } }, true],
    [{ detail: { ok: [false, 'true'] } }, false],
    [{ detail: { 'image-tag': [''] } }, true],
    [{ nothing: [null] }, true],
    [{ detail: { 'image-tag': [null] } }, false],
    [{ absent: [null] }, false],
    [{ toString: [{ exists: false }] }, true],
  ],
  'all fields have to match': [
    [{ source: ['aws.ecr'], detail: { 'action-type': ['PUSH'], size: [300] } }, true],
    [{ source: ['aws.ecr'], detail: { 'action-type': ['PUSH'], size: [301] } }, false],
    [{ source: ['aws.s3'], detail: { 'action-type': ['PUSH'] } }, false],
    [{ source: { below: ['aws.ecr'] } }, false],
    [{ detail: ['PUSH'] }, false],
  ],
  'of a list one element has to match': [
    [{ resources: ['arn:two'] }, true],
    [{ resources: ['arn:three'] }, false],
    [{ resources: [{ prefix: 'arn:' }] }, true],
    [{ resources: [{ 'anything-but': 'arn:one' }] }, true],
    [{ resources: [{ 'anything-but': ['arn:one', 'arn:two'] }] }, false],
    [{ detail: { layers: { type: ['b'], size: [2] } } }, true],
    [{ detail: { layers: { type: ['b'], size: [1] } } }, false],
    [{ empty: ['x'] }, false],
  ],
  prefix: [
    [{ source: [{ prefix: 'aws.' }] }, true],
    [{ source: [{ prefix: '' }] }, true],
    [{ source: [{ prefix: 'ecr' }] }, false],
    [{ source: [{ prefix: 'AWS.' }] }, false],
    [{ source: [{ prefix: { 'equals-ignore-case': 'AWS.' } }] }, true],
    [{ source: [{ prefix: { 'equals-ignore-case': 'ECR' } }] }, false],
    [{ detail: { size: [{ prefix: '3' }] } }, false],
    [{ absent: [{ prefix: '' }] }, false],
  ],
  suffix: [
    [{ source: [{ suffix: '.ecr' }] }, true],
    [{ source: [{ suffix: 'aws' }] }, false],
    [{ source: [{ suffix: { 'equals-ignore-case': '.ECR' } }] }, true],
    [{ source: [{ suffix: { 'equals-ignore-case': 'AWS' } }] }, false],
  ],
  'equals-ignore-case': [
    [{ source: [{ 'equals-ignore-case': 'AWS.ecr' }] }, true],
    [{ source: [{ 'equals-ignore-case': 'AWS' }] }, false],
    [{ detail: { ok: [{ 'equals-ignore-case': 'TRUE' }] } }, false],
  ],
  wildcard: [
    [{ source: [{ wildcard: 'aws.*' }] }, true],
    [{ source: [{ wildcard: '*' }] }, true],
    [{ source: [{ wildcard: '*.e*r' }] }, true],
    [{ source: [{ wildcard: 'aws.ecr' }] }, true],
    [{ source: [{ wildcard: 'aws' }] }, false],
    [{ source: [{ wildcard: 'aws\\*' }] }, false],
    [{ source: [{ wildcard: '*ecr*ecr' }] }, false],
    [{ detail: { size: [{ wildcard: '*' }] } }, false],
  ],
  exists: [
    [{ source: [{ exists: true }] }, true],
    [{ source: [{ exists: false }] }, false],
    [{ absent: [{ exists: false }] }, true],
    [{ absent: [{ exists: true }] }, false],
    [{ absent: { below: [{ exists: false }] } }, true],
    [{ nothing: [{ exists: true }] }, true],
    [{ detail: { 'image-tag': [{ exists: true }] } }, true],
    [{ detail: [{ exists: true }] }, false],
    [{ empty: [{ exists: true }] }, false],
    [{ empty: [{ exists: false }] }, true],
    [{ empty: { below: [{ exists: false }] } }, true],
    [{ absent: ['x', { exists: false }] }, true],
  ],
  numeric: [
    [{ detail: { size: [{ numeric: ['=', 300] }] } }, true],
    [{ detail: { size: [{ numeric: ['=', 301] }] } }, false],
    [{ detail: { size: [{ numeric: ['<', 300] }] } }, false],
    [{ detail: { size: [{ numeric: ['<=', 300] }] } }, true],
    [{ detail: { size: [{ numeric: ['>', 300] }] } }, false],
    [{ detail: { size: [{ numeric: ['>=', 300] }] } }, true],
    [{ detail: { size: [{ numeric: ['>', 0, '<', 301] }] } }, true],
    [{ detail: { size: [{ numeric: ['>', 0, '<=', 299] }] } }, false],
    [{ detail: { ok: [{ numeric: ['>', -1] }] } }, false],
    [{ detail: { 'image-tag': [{ numeric: ['=', 0] }] } }, false],
    [{ nothing: [{ numeric: ['=', 0] }] }, false],
  ],
  'anything-but': [
    [{ source: [{ 'anything-but': 'aws.s3' }] }, true],
    [{ source: [{ 'anything-but': 'aws.ecr' }] }, false],
    [{ source: [{ 'anything-but': ['aws.s3', 'aws.ecr'] }] }, false],
    [{ detail: { size: [{ 'anything-but': 300 }] } }, false],
    [{ detail: { size: [{ 'anything-but': [1, 2] }] } }, true],
    [{ detail: { size: [{ 'anything-but': '300' }] } }, true],
    [{ absent: [{ 'anything-but': 'x' }] }, false],
    [{ source: [{ 'anything-but': { prefix: 'aws.' } }] }, false],
    [{ source: [{ 'anything-but': { prefix: ['x', 'y'] } }] }, true],
    [{ source: [{ 'anything-but': { prefix: ['x', 'aws'] } }] }, false],
    [{ source: [{ 'anything-but': { suffix: '.ecr' } }] }, false],
    [{ source: [{ 'anything-but': { suffix: '.s3' } }] }, true],
    [{ source: [{ 'anything-but': { 'equals-ignore-case': ['AWS.S3', 'AWS.ECR'] } }] }, false],
    [{ source: [{ 'anything-but': { wildcard: '*.e*' } }] }, false],
    [{ source: [{ 'anything-but': { wildcard: ['*.s*', '*.x'] } }] }, true],
    [{ source: [{ 'anything-but': 'aws.ecr' }, 'aws.ecr'] }, true],
  ],
  $or: [
    [{ $or: [{ source: ['aws.s3'] }, { detail: { size: [300] } }] }, true],
    [{ $or: [{ source: ['aws.s3'] }, { detail: { size: [1] } }] }, false],
    [{ source: ['aws.ecr'], $or: [{ 'detail-type': ['x'] }, { nothing: [null] }] }, true],
    [{ source: ['aws.s3'], $or: [{ 'detail-type': ['x'] }, { nothing: [null] }] }, false],
    [{ detail: { $or: [{ size: [1] }, { 'action-type': ['PUSH'] }] } }, true],
  ],
}

describe.each(Object.entries(tables))('%s', (_title, cases) => {
  test.each(cases)('%j is %s', (pattern, expected) => {
    validatePattern(pattern)
    expect(matches(pattern, push)).toBe(expected)
  })
})

test.each([undefined, null, 'text', 5, [], [[]], {}])(
  'an event that is %j matches only what may be absent',
  (event) => {
    expect(matches({ source: ['aws.ecr'] }, event)).toBe(false)
    expect(matches({ source: [{ exists: false }] }, event)).toBe(true)
  },
)

test('leaving a text out is the opposite of letting it in', () => {
  const comparison = fc
    .string()
    .chain((text) =>
      fc.constantFrom({ prefix: text }, { suffix: text }, { 'equals-ignore-case': text }, { wildcard: 'a*b' }),
    )
  fc.assert(
    fc.property(comparison, fc.string(), (inside, text) => {
      const event = { value: text }
      expect(matches({ value: [{ 'anything-but': inside }] }, event)).toBe(!matches({ value: [inside] }, event))
    }),
  )
})

test('a wildcard matches what the regular expression for it matches', () => {
  const pieces = { a: 'a', b: 'b', '.': '\\.', '*': '.*', '\\*': '\\*', '\\\\': '\\\\' }
  const piece = fc.constantFrom(...(Object.keys(pieces) as (keyof typeof pieces)[]))
  const wildcard = fc.array(piece, { maxLength: 8 }).filter((all) => !all.join(' ').includes('* *'))
  fc.assert(
    fc.property(wildcard, fc.stringMatching(/^[ab*.\\]{0,8}$/), (all, text) => {
      const pattern: EventPattern = { value: [{ wildcard: all.join('') }] }
      validatePattern(pattern)
      const regExp = new RegExp(`^${all.map((one) => pieces[one]).join('')}$`)
      expect(matches(pattern, { value: text })).toBe(regExp.test(text))
    }),
    { numRuns: 1000 },
  )
})
