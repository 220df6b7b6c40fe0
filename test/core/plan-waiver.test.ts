import { describe, expect, it } from 'vitest'
import { type Judged, plan, type Situation } from '../../lambda/core/plan.ts'
import type { ImageRecord, State } from '../../lambda/core/status.ts'
import { openTodo } from '../../lambda/core/todo.ts'
import type { Waiver } from '../../lambda/core/waiver.ts'
import { at, enforcement, ID, NOW, OUTAGE, record, situation, verdict } from './records.ts'

const stands: Waiver = { by: 'alice', reason: 'r', at: at(-60), expiresAt: at(60) }
const over: Waiver = { ...stands, expiresAt: NOW }
const revoked: Waiver = { ...stands, revokedAt: NOW }
const REJECTED = verdict('rejected')
const late = situation({ enforcement: enforcement({ gracePeriod: 0 }) })
const strict = situation({ enforcement: enforcement({ gracePeriod: 0, onDegraded: 'quarantine' }) })

/** Never verified, unless it says so. */
const was = (state: State, waiver?: Waiver, fields: Partial<ImageRecord> = {}) =>
  record({ state, verifiedAt: undefined, ...(waiver && { waiver }), ...fields })

/** State and open work as text. */
function told(next: ImageRecord): string {
  const work = next.todo.map(({ kind, events = [] }) => [kind, ...events.map(({ event }) => event)].join(':'))
  return [next.state, ...work].join(' ')
}

const cases: readonly (readonly [string, ImageRecord, Judged, Situation, string])[] = [
  ['failed, accepted: nothing is taken', was('failed', stands), REJECTED, late, 'failed'],
  ['failed, accepted, in an outage', was('failed', stands), OUTAGE, late, 'failed'],
  ['failed, accepted, verified by now', was('failed', stands), verdict('verified'), late, 'verified alert:recovered'],
  ['pending, accepted', was('pending', stands), REJECTED, situation(), 'pending'],
  [
    'pending, accepted, its time is up: told, and not taken',
    was('pending', stands),
    REJECTED,
    late,
    'failed alert:failed',
  ],
  ['failed, its waiver has ended', was('failed', over), REJECTED, late, 'degraded alert:degraded'],
  ['failed, its waiver was taken back', was('failed', revoked), REJECTED, late, 'degraded alert:degraded'],
  ['failed, ended, strict', was('failed', over), REJECTED, strict, 'degraded alert:degraded quarantine'],
  ['failed, ended, in an outage: not taken before it is judged', was('failed', over), OUTAGE, strict, 'failed'],
  ['pending, ended: a signature may still come', was('pending', over), REJECTED, situation(), 'pending'],
  ['pending, ended, its time is up', was('pending', over), REJECTED, late, 'degraded alert:degraded'],
  ['error, ended', was('error', over), REJECTED, late, 'degraded alert:degraded'],
  ['degraded by the end of a waiver stays so', was('degraded', over), REJECTED, late, 'degraded'],
  ['degraded by the end of a waiver, strict', was('degraded', over), REJECTED, strict, 'degraded quarantine'],
  ['degraded, accepted anew: it does not fail', was('degraded', stands), REJECTED, strict, 'degraded'],
  ['degraded and being taken, accepted', openTodo(was('degraded', stands), 'quarantine'), REJECTED, strict, 'degraded'],
  [
    'failed and being given back, accepted',
    openTodo(was('failed', stands, { taken: ['v1'] }), 'release'),
    REJECTED,
    late,
    'failed release',
  ],
]

describe('what follows for an image that a person has accepted', () => {
  it.each(cases)('%s', (_, before, judged, where, expected) => {
    const next = plan(before, ID, judged, where)
    expect(told(next)).toBe(expected)
    expect([next.waiver, next.rev]).toEqual([before.waiver, before.state === next.state ? before.rev : before.rev + 1])
  })

  it('it is looked at again when the waiver ends, if nothing is due before', () => {
    expect(plan(was('failed', stands), ID, REJECTED, late)).toMatchObject({ recheckAt: at(60), dueAt: at(60) })
    const soon = situation({ enforcement: enforcement({ gracePeriod: 30 }) })
    expect(plan(was('pending', stands), ID, REJECTED, soon).recheckAt).toBe(at(30))
    const untagged = situation({ tags: [] })
    expect(plan(was('pending', stands), ID, REJECTED, untagged).recheckAt).toBe(at(60))
  })

  it('and not for ever after (I10)', () => {
    expect(plan(was('failed', over), ID, REJECTED, late).recheckAt).toBe(at(23 * 3600))
  })

  it('a tag that our own giving back took from it is put back, as from a good one', () => {
    const displaced = { ...late, displaced: 'v1' }
    expect(plan(was('failed', stands), ID, REJECTED, displaced)).toMatchObject({ taken: ['v1'], displaced: ['v1'] })
    // What is bad gets it when it is good, and not before
    const bad = plan(was('failed'), ID, REJECTED, displaced)
    expect(bad).toMatchObject({ taken: ['v1'], displaced: ['v1'] })
    expect(bad.todo.map(({ kind }) => kind)).not.toContain('release')
  })
})
