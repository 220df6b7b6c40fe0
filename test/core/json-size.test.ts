import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonSize } from '../../lambda/core/json-size.ts'

const sizeOf = (text: string) => jsonSize(new TextEncoder().encode(text))

/** One sign for each list and object that opens, each member after the first, and each key. */
function counted(json: unknown): number {
  if (typeof json !== 'object' || json === null) return 0
  const members = Object.values(json)
  const keys = Array.isArray(json) ? 0 : members.length
  return 1 + keys + Math.max(0, members.length - 1) + members.reduce<number>((sum, one) => sum + counted(one), 0)
}

describe('the size of a JSON text', () => {
  it.each([
    ['', 0],
    ['1', 0],
    ['"[{,:"', 0],
    [String.raw`"\"[{,:"`, 0],
    [String.raw`"\\",`, 1],
    [String.raw`["\\\"[",{"a:":[]}]`, 5],
    ['[[[[', 4],
    ['"never closed [[[[', 0],
    ['"ends in a \\', 0],
    ['[{},{},{}]', 6],
  ])('%s is %i', (text, size) => {
    expect(sizeOf(text)).toBe(size)
  })

  it('is that of the value it parses to, however it is spaced', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(0, 2), (text, space) => {
        const json: unknown = JSON.parse(text)
        expect(sizeOf(JSON.stringify(json, undefined, space))).toBe(counted(json))
      }),
    )
  })
})
