import { describe, expect, it } from 'vitest'
import { type Judged, plan, type Situation } from '../../lambda/core/plan.ts'
import type { ImageRecord, State } from '../../lambda/core/status.ts'
import { findTodo, openTodo } from '../../lambda/core/todo.ts'
import { enforcement, ID, OUTAGE, record, situation, verdict } from './records.ts'

const VERIFIED = verdict('verified')
const REJECTED = verdict('rejected')
const UNMANAGED = verdict('unmanaged')
const AWAITED = verdict('rejected', { onlyBase: 'awaited', policyHash: 'of now' })
const late = situation({ enforcement: enforcement({ gracePeriod: 0 }) })
const untagged = situation({ tags: [] })
const strict = situation({ enforcement: enforcement({ onDegraded: 'quarantine' }) })

/** Open work as text: `kind:event+event`. */
function work({ todo }: ImageRecord): string {
  return todo
    .map(({ kind, events = [] }) => [kind, events.map(({ event }) => event).join('+')].filter(Boolean).join(':'))
    .join(' ')
}

const was = (state: State, taken: readonly string[] = []) => record({ state, taken })
const quarantining = (state: State, taken: readonly string[] = []) => openTodo(was(state, taken), 'quarantine')
const releasing = (state: State) => openTodo(was(state, ['v1']), 'release')

const cases: readonly (readonly [string, ImageRecord | undefined, Judged, Situation, string])[] = [
  ['new and verified', undefined, VERIFIED, situation(), ''],
  ['new and pending', undefined, REJECTED, situation(), ''],
  ['new and failed', undefined, REJECTED, late, 'alert:failed quarantine'],
  ['new and not to be read', undefined, OUTAGE, situation(), 'alert:error'],
  ['new and unmanaged', undefined, UNMANAGED, situation(), ''],
  ['pending, verified', was('pending'), VERIFIED, situation(), ''],
  ['pending, failed', was('pending'), REJECTED, late, 'alert:failed quarantine'],
  [
    'pending, failed without a tag',
    { ...was('pending'), awaitedSince: '2026-01-01T00:00:00.000Z' },
    REJECTED,
    untagged,
    'alert:failed quarantine',
  ],
  ['pending, outage', was('pending'), OUTAGE, situation(), 'alert:error'],
  ['error, still', was('error'), OUTAGE, situation(), ''],
  ['error, verified', was('error'), VERIFIED, situation(), 'alert:recovered'],
  ['error, pending', was('error'), REJECTED, situation(), 'alert:recovered'],
  ['error, failed', was('error'), REJECTED, late, 'alert:failed quarantine'],
  ['failed, seen under a tag', was('failed'), REJECTED, situation(), 'quarantine'],
  ['failed, seen under a tag in an outage', was('failed'), OUTAGE, situation(), 'quarantine'],
  ['failed, its base not judged', was('failed'), AWAITED, situation(), ''],
  ['failed and half taken, its base not judged', quarantining('failed', ['v1']), AWAITED, situation(), 'quarantine'],
  ['degraded and half taken, its base not judged', quarantining('degraded', ['v1']), AWAITED, strict, 'quarantine'],
  ['failed and being taken, its base not judged', quarantining('failed'), AWAITED, situation(), ''],
  ['degraded and being taken, its base not judged', quarantining('degraded'), AWAITED, strict, ''],
  ['verified, its base not judged', was('verified'), AWAITED, situation(), ''],
  ['failed, without a tag', was('failed'), REJECTED, untagged, ''],
  ['failed, verified', was('failed'), VERIFIED, situation(), 'alert:recovered'],
  ['failed with a tag taken, verified', was('failed', ['v1']), VERIFIED, untagged, 'release alert:recovered'],
  ['failed with a tag taken, unmanaged', was('failed', ['v1']), UNMANAGED, untagged, 'release alert:recovered'],
  ['failed and being taken, verified', quarantining('failed'), VERIFIED, situation(), 'alert:recovered'],
  ['failed and being given back', releasing('unmanaged'), REJECTED, late, 'alert:failed quarantine'],
  ['verified, still', was('verified'), VERIFIED, situation(), ''],
  ['verified, outage', was('verified'), OUTAGE, situation(), ''],
  ['verified, degraded', was('verified'), REJECTED, situation(), 'alert:degraded'],
  ['verified, degraded, strict', was('verified'), REJECTED, strict, 'alert:degraded quarantine'],
  ['verified and being given back, degraded', releasing('verified'), REJECTED, situation(), 'alert:degraded release'],
  ['degraded, a taken tag in its place again', was('degraded', ['v1']), REJECTED, situation(), 'release'],
  ['degraded, seen under a tag', was('degraded'), REJECTED, situation(), ''],
  ['degraded, seen under a tag, strict', was('degraded'), REJECTED, strict, 'quarantine'],
  ['degraded, without a tag, strict', was('degraded'), REJECTED, { ...strict, tags: [] }, ''],
  ['degraded and being taken, no longer strict', quarantining('degraded'), REJECTED, situation(), ''],
  ['degraded, verified', was('degraded'), VERIFIED, situation(), 'alert:recovered'],
  ['degraded with a tag taken, verified', was('degraded', ['v1']), VERIFIED, untagged, 'release alert:recovered'],
  ['degraded, unmanaged', was('degraded'), UNMANAGED, situation(), 'alert:recovered'],
  ['unmanaged, verified', was('unmanaged'), VERIFIED, situation(), ''],
]

describe('the work that follows', () => {
  it.each(cases)('%s', (_, before, judged, where, todo) => {
    expect(work(plan(before, ID, judged, where))).toBe(todo)
  })

  it('gets a new seq whenever a failed image is seen under a tag (rule 2)', () => {
    const first = plan(was('pending'), ID, REJECTED, late)
    const again = plan(first, ID, REJECTED, late)
    expect(findTodo(again, 'quarantine')?.seq).toBeGreaterThan(findTodo(first, 'quarantine')?.seq ?? Infinity)
    expect(findTodo(again, 'alert')).toEqual(findTodo(first, 'alert'))
  })

  it('merges into the alert that is still to be sent', () => {
    const down = plan(undefined, ID, OUTAGE, situation())
    expect(work(plan(down, ID, REJECTED, late))).toBe('alert:error+failed quarantine')
    expect(work(plan(down, ID, VERIFIED, situation()))).toBe('alert:error+recovered')
  })

  // Once it is pending again nothing says that people were told of an error
  it('tells that an image has recovered which was pending in between', () => {
    const down = { ...plan(undefined, ID, OUTAGE, situation()), todo: [] }
    const waiting = plan(down, ID, REJECTED, situation())
    expect([waiting.state, work(plan(waiting, ID, VERIFIED, situation()))]).toEqual(['pending', 'alert:recovered'])
  })

  it('takes nothing and opens nothing under a policy that only warns', () => {
    const next = plan(was('unmanaged'), ID, UNMANAGED, strict)
    expect([work(next), next.taken]).toEqual(['', []])
  })
})
