import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTokenBucket } from '../../../local/registry/token-bucket.ts'

/** How many of `calls` go through after each wait of so many milliseconds. */
function letThrough(perSecond: number, steps: readonly { readonly wait: number; readonly calls: number }[]) {
  let time = 0
  const bucket = createTokenBucket(perSecond, () => new Date(time))
  return steps.map(({ wait, calls }) => {
    time += wait
    return Array.from({ length: calls }, () => bucket.take()).filter(Boolean).length
  })
}

test.each([
  [10, [{ wait: 0, calls: 12 }], [10]],
  [
    10,
    [
      { wait: 0, calls: 10 },
      { wait: 99, calls: 1 },
      { wait: 1, calls: 2 },
    ],
    [10, 0, 1],
  ],
  [
    10,
    [
      { wait: 0, calls: 10 },
      { wait: 1000, calls: 20 },
    ],
    [10, 10],
  ],
  [10, [{ wait: 3_600_000, calls: 20 }], [10]],
  [
    3,
    [
      { wait: 0, calls: 3 },
      { wait: 333, calls: 1 },
      { wait: 1, calls: 2 },
    ],
    [3, 0, 1],
  ],
  [
    0.5,
    [
      { wait: 0, calls: 2 },
      { wait: 1999, calls: 1 },
      { wait: 1, calls: 1 },
    ],
    [1, 0, 1],
  ],
  [
    10,
    [
      { wait: 5000, calls: 10 },
      { wait: -4000, calls: 1 },
      { wait: 100, calls: 2 },
    ],
    [10, 0, 1],
  ],
])('at %d a second, %j let through %j', (perSecond, steps, expected) => {
  expect(letThrough(perSecond, steps)).toEqual(expected)
})

test('in any span no more go through than it may bring beyond a full bucket, and none is refused before that', () => {
  const steps = fc.array(fc.record({ wait: fc.nat(3000), calls: fc.nat(30) }), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), steps, (perSecond, all) => {
      const passed = letThrough(perSecond, all)
      const most = (from: number, to: number) => {
        const milliseconds = all.slice(from + 1, to + 1).reduce((sum, { wait }) => sum + wait, 0)
        return perSecond + Math.floor((milliseconds * perSecond) / 1000)
      }
      const count = (from: number, to: number) => passed.slice(from, to + 1).reduce((sum, n) => sum + n, 0)
      for (const [to, { calls }] of all.entries()) {
        const spans = Array.from({ length: to + 1 }, (_, from) => most(from, to) - count(from, to))
        expect(Math.min(...spans)).toBeGreaterThanOrEqual(0)
        // Who was refused came when some span was used up.
        if (passed[to]! < calls) expect(Math.min(...spans)).toBe(0)
      }
    }),
  )
})
