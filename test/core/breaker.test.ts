import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { admit, heldBy, type Safety, UNTOUCHED, withResumed } from '../../lambda/core/breaker.ts'
import { at, digest, ID } from './records.ts'

const LIMITS = { images: 20, percent: 50 }
const image = (n: number, name = ID.name) => ({ ...ID, name, digest: digest(n) })
const person = { by: 'alice', reason: 'looked', at: at(0) }

/** Quarantines images one after the other; what stands after, and how many were let through. */
function take(images: readonly ReturnType<typeof image>[], known: number, limits = LIMITS, seconds = 1) {
  let safety: Safety = UNTOUCHED
  let through = 0
  for (const [n, one] of images.entries()) {
    if (heldBy(safety) !== undefined) break
    safety = admit(safety, one, known, limits, at(n * seconds)) ?? safety
    if (heldBy(safety) === undefined) through++
  }
  return { safety, through }
}

const many = (count: number, name?: string) => Array.from({ length: count }, (_, n) => image(n, name))

describe('the breaker', () => {
  it('trips at the image that is one too many in ten minutes, and says so', () => {
    const { safety, through } = take(many(30), 1000)
    expect(through).toBe(20)
    expect(safety.tripped).toMatchObject({ told: false, at: at(20) })
    expect(safety.tripped?.why).toContain('more than 20 images would be quarantined in ten minutes')
  })

  it('counts anew as time passes', () => {
    expect(take(many(60), 1000, LIMITS, 31).through).toBe(60)
    expect(take(many(60), 1000, LIMITS, 29).through).toBe(20)
  })

  it.each([
    [1, 9],
    [9, 9],
    [19, 9],
    [20, 10],
    [24, 12],
    [1000, 20],
  ])('of a repository with %i images lets %i go', (known, through) => {
    expect(take(many(30), known).through).toBe(through)
  })

  it('says which repository it was', () => {
    expect(take(many(12), 20).safety.tripped?.why).toBe(
      '11 of the 20 images of 127.0.0.1:5500/prod/app in ten minutes are more than 50 %',
    )
  })

  it('does not trip by the share of a repository of which few were taken', () => {
    expect(take(many(9), 9).through).toBe(9)
  })

  it('counts the repositories apart, and all images together', () => {
    const images = [...many(9, 'a'), ...many(9, 'b'), ...many(9, 'c')]
    expect(take(images, 9).through).toBe(20)
    expect(take([...many(9, 'a'), ...many(11, 'b')], 19).through).toBe(18)
  })

  it('counts an image once, however often it is tried', () => {
    const { safety } = take([image(1)], 10)
    expect(admit(safety, image(1), 10, LIMITS, at(60))).toBeUndefined()
    expect(admit(safety, image(1), 10, LIMITS, at(601))?.recent).toHaveLength(1)
  })

  it('closed by a person counts anew', () => {
    const resumed = withResumed(take(many(30), 1000).safety, person)
    expect(heldBy(resumed)).toBeUndefined()
    expect(resumed).toMatchObject({ recent: [], resumed: person })
    expect(admit(resumed, image(99), 1000, LIMITS, at(30))?.recent).toHaveLength(1)
  })

  it('never lets more through than it says, whatever the images', () => {
    const moves = fc.array(fc.record({ n: fc.nat(30), name: fc.constantFrom('a', 'b'), after: fc.nat(120) }))
    const limits = fc.record({ images: fc.integer({ min: 1, max: 10 }), percent: fc.integer({ min: 1, max: 100 }) })
    fc.assert(
      fc.property(moves, limits, fc.nat(40), (all, limit, known) => {
        let safety: Safety = UNTOUCHED
        let seconds = 0
        for (const { n, name, after } of all) {
          seconds += after
          if (heldBy(safety) !== undefined) return
          const next = admit(safety, image(n, name), known, limit, at(seconds)) ?? safety
          const here = next.recent.filter(({ repository }) => repository.endsWith(`/${name}`)).length
          if (next.tripped === undefined && next !== safety && here >= 10)
            expect(here * 100).toBeLessThanOrEqual(known * limit.percent)
          safety = next
          expect(safety.recent.length).toBeLessThanOrEqual(limit.images)
        }
      }),
    )
  })
})
