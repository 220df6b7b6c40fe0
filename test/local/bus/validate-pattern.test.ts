import { expect, test } from 'vitest'
import { BadInput } from '../../../lambda/core/bad-input.ts'
import { validatePattern } from '../../../local/bus/validate-pattern.ts'

const refused: [pattern: unknown, message: string][] = [
  [null, 'the pattern is null; allowed is an object with at least one field'],
  [[], 'the pattern is []'],
  [{}, 'the pattern is {}'],
  [{ source: 'aws.ecr' }, 'source is "aws.ecr"; allowed is an object'],
  [{ source: [] }, 'source is []; allowed is a list with at least one matcher'],
  [{ detail: {} }, 'detail is {}'],
  [{ detail: { tag: 5 } }, 'detail.tag is 5'],
  [{ source: [{ like: 'x' }] }, 'source is {"like":"x"}; allowed is a value, or one of prefix, suffix'],
  [{ source: [{ cidr: '10.0.0.0/8' }] }, 'source is {"cidr"'],
  [{ source: [{}] }, 'source is {}'],
  [{ source: [['x']] }, 'source is ["x"]'],
  [{ source: [{ prefix: 'a', suffix: 'b' }] }, 'source is {"prefix":"a","suffix":"b"}'],
  [{ source: [{ constructor: 'x' }] }, 'source is {"constructor":"x"}'],
  [{ source: [{ prefix: 5 }] }, 'source, prefix is 5; allowed is a text'],
  [{ source: [{ prefix: { prefix: 'x' } }] }, 'source, prefix is'],
  [{ source: [{ prefix: { 'equals-ignore-case': 5 } }] }, 'source, prefix is'],
  [{ source: [{ suffix: ['x'] }] }, 'source, suffix is'],
  [{ source: [{ 'equals-ignore-case': ['x'] }] }, 'source, equals-ignore-case is'],
  [{ source: [{ wildcard: 'a**b' }] }, 'source, wildcard is'],
  [{ source: [{ wildcard: 'a\\b' }] }, 'source, wildcard is'],
  [{ source: [{ wildcard: 'a\\' }] }, 'source, wildcard is'],
  [{ source: [{ exists: 'true' }] }, 'source, exists is "true"; allowed is true or false'],
  [{ size: [{ numeric: [] }] }, 'size, numeric is []'],
  [{ size: [{ numeric: 5 }] }, 'size, numeric is 5'],
  [{ size: [{ numeric: ['<'] }] }, 'size, numeric is'],
  [{ size: [{ numeric: ['!=', 5] }] }, 'size, numeric is'],
  [{ size: [{ numeric: ['<', '5'] }] }, 'size, numeric is'],
  [{ size: [{ numeric: ['<', 5e9 + 1] }] }, 'size, numeric is'],
  [{ size: [{ numeric: ['<', 5, '>', 1] }] }, 'size, numeric is'],
  [{ size: [{ numeric: ['>', 5, '<', 1] }] }, 'size, numeric is'],
  [{ size: [{ numeric: ['>', 1, '>', 5] }] }, 'size, numeric is'],
  [{ size: [{ numeric: ['>', 1, '<', 5, '=', 3] }] }, 'size, numeric is'],
  [{ source: [{ 'anything-but': [] }] }, 'source, anything-but is []'],
  [{ source: [{ 'anything-but': ['a', 1] }] }, 'source, anything-but is'],
  [{ source: [{ 'anything-but': true }] }, 'source, anything-but is'],
  [{ source: [{ 'anything-but': {} }] }, 'source, anything-but is'],
  [{ source: [{ 'anything-but': { numeric: ['=', 1] } }] }, 'source, anything-but is'],
  [{ source: [{ 'anything-but': { prefix: [] } }] }, 'source, anything-but is'],
  [{ source: [{ 'anything-but': { prefix: [5] } }] }, 'source, anything-but is'],
  [{ source: [{ 'anything-but': { wildcard: '**' } }] }, 'source, anything-but is'],
  [{ source: [{ 'anything-but': { prefix: 'a', suffix: 'b' } }] }, 'source, anything-but is'],
  [{ $or: [{ a: [1] }] }, '$or is [{"a":[1]}]; allowed is a list of at least two patterns'],
  [{ $or: { a: [1] } }, '$or is {"a":[1]}'],
  [{ $or: [{ a: [1] }, {}] }, '$or[1] is {}'],
  [{ detail: { $or: [{ a: [1] }, { b: ['x', { c: 1 }] }] } }, 'detail.$or[1].b is {"c":1}'],
]

test.each(refused)('%j is refused', (pattern, message) => {
  expect(() => validatePattern(pattern)).toThrow(BadInput)
  expect(() => validatePattern(pattern)).toThrow(`event pattern: ${message}`)
})
