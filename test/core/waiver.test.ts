import { describe, expect, it } from 'vitest'
import { findTodo, openTodo } from '../../lambda/core/todo.ts'
import {
  sparesTags,
  standingWaiver,
  type Waiver,
  waiverEnded,
  withRevoked,
  withWaiver,
} from '../../lambda/core/waiver.ts'
import { at, NOW, record } from './records.ts'

const waiver = (fields: Partial<Waiver> = {}): Waiver => ({
  by: 'alice',
  reason: 'known and harmless',
  at: at(-60),
  expiresAt: at(60),
  ...fields,
})

describe('a waiver', () => {
  it.each([
    ['stands until it ends', waiver(), 59.999, true],
    ['counts no more from the moment of its end', waiver(), 60, false],
    ['counts no more once it is taken back', waiver({ revokedAt: NOW }), 0, false],
    ['that was taken back counts no more for a clock that is behind either', waiver({ revokedAt: at(5) }), 0, false],
  ])('%s', (_, given, seconds, stands) => {
    const known = record({ state: 'failed', waiver: given })
    expect(standingWaiver(known, at(seconds))).toEqual(stands ? given : undefined)
    expect(waiverEnded(known, at(seconds))).toBe(!stands)
  })

  it('that there never was neither stands nor has ended', () => {
    expect([standingWaiver(record(), NOW), waiverEnded(record(), NOW)]).toEqual([undefined, false])
  })

  it.each([
    ['failed', undefined, false],
    ['failed', waiver(), true],
    // Its end is for the next verdict, by which it is degraded
    ['failed', waiver({ expiresAt: NOW }), true],
    ['failed', waiver({ revokedAt: NOW }), true],
    ['degraded', undefined, false],
    ['degraded', waiver(), true],
    ['degraded', waiver({ expiresAt: NOW }), false],
    ['degraded', waiver({ revokedAt: NOW }), false],
  ] as const)('of an image that is %s: %j spares its tags: %s', (state, given, spares) => {
    expect(sparesTags(record({ state, ...(given && { waiver: given }) }), NOW)).toBe(spares)
  })
})

describe('accepting an image', () => {
  it('gives back what was taken and takes nothing more, tells people, and leaves the state as it is', () => {
    const bad = openTodo(record({ state: 'failed', taken: ['v1'], recheckAt: at(3600) }), 'quarantine')
    const accepted = withWaiver(bad, waiver())
    expect(accepted).toMatchObject({ state: 'failed', rev: bad.rev, waiver: waiver(), recheckAt: at(60) })
    expect(accepted.waivers).toEqual([{ event: 'granted', ...waiver() }])
    expect([findTodo(accepted, 'quarantine'), findTodo(accepted, 'release')?.kind]).toEqual([undefined, 'release'])
    expect(findTodo(accepted, 'alert')?.events).toMatchObject([{ event: 'waived' }])
  })

  it('opens no release where no tag was taken, and does not put off a check that is due before its end', () => {
    const accepted = withWaiver(record({ state: 'pending', recheckAt: at(30) }), waiver())
    expect([findTodo(accepted, 'release'), accepted.recheckAt]).toEqual([undefined, at(30)])
    expect(withWaiver(record({ state: 'pending' }), waiver()).recheckAt).toBe(at(60))
  })
})

it('ending a waiver keeps who gave it, notes who took it back, and has the image looked at now', () => {
  const accepted = withWaiver(record({ state: 'failed' }), waiver())
  const ended = withRevoked(accepted, waiver(), 'bob', NOW)
  expect(ended).toMatchObject({ state: 'failed', waiver: { by: 'alice', revokedAt: NOW }, recheckAt: NOW })
  expect(ended.waivers).toEqual([
    { event: 'granted', ...waiver() },
    { event: 'revoked', by: 'bob', at: NOW },
  ])
})

it('however often a waiver is given, the item keeps the newest of it', () => {
  let known = record({ state: 'failed' })
  for (let n = 0; n < 50; n++) known = withWaiver(known, waiver({ reason: `no. ${n}` }))
  expect(known.waivers).toHaveLength(20)
  expect(known.waivers?.at(-1)).toMatchObject({ reason: 'no. 49' })
})
