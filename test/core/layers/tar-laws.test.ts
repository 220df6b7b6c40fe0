import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { read } from './read-tar.ts'
import { archive, headerOf, long, pax, tarred, type Written } from './tar-writer.ts'

const NAME = fc.stringMatching(/^[a-c]{1,3}(\/[a-zé]{1,9}){0,3}$/)
const anyWritten: fc.Arbitrary<readonly Buffer[]> = fc
  .record({
    name: NAME,
    type: fc.constantFrom('0', '\0', '1', '2', '3', '5', '6'),
    mode: fc.nat(0o7777),
    content: fc.string({ maxLength: 1200 }),
    format: fc.constantFrom('ustar' as const, 'gnu' as const, 'v7' as const),
    told: fc.constantFrom('header', 'pax', 'long'),
  })
  .map(({ told, ...rest }) => {
    const written: Written = /[0\0]/.test(rest.type) ? rest : { ...rest, content: '', link: 'target' }
    if (told === 'pax') return [pax({ path: rest.name, uid: '7' }), tarred({ ...written, name: 'x' })]
    return told === 'long' ? [long('L', rest.name), tarred({ ...written, name: 'x' })] : [tarred(written)]
  })

describe('whatever comes', () => {
  it('is read the same in whichever pieces it comes', () => {
    const pieces = fc.array(fc.integer({ min: 1, max: 1500 }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(fc.array(anyWritten, { maxLength: 6 }), pieces, (parts, lengths) => {
        const bytes = archive(...parts.flat())
        const whole = read(bytes)
        expect(whole).toHaveLength(parts.length)
        expect(read(bytes, lengths)).toEqual(whole)
      }),
      { numRuns: 300 },
    )
  })

  it('ends with entries or a fault, however it is damaged', () => {
    const flips = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(
        fc.array(anyWritten, { minLength: 1, maxLength: 4 }),
        flips,
        fc.boolean(),
        (parts, where, isSummed) => {
          const bytes = archive(...parts.flat())
          for (const [at, value] of where) bytes[at % bytes.length] = value
          // Summed again, so that more than the sum is looked at
          if (isSummed) headerOf({ damage: (block) => bytes.copy(block, 0, 0, 512) }).copy(bytes)
          const result = read(bytes)
          if ('fault' in result) expect(result.fault).toMatch(/^(a|an|the|ends|goes|entry) /)
          else
            expect(result.every(({ path }) => !path.split('/').some((name) => name === '..' || name === '.'))).toBe(
              true,
            )
        },
      ),
      { numRuns: 2000 },
    )
  })
})
