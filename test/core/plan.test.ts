import { describe, expect, it } from 'vitest'
import { gate } from '../../lambda/core/gate.ts'
import { type Judged, plan, type Situation, withDueAt } from '../../lambda/core/plan.ts'
import type { ImageRecord, State } from '../../lambda/core/status.ts'
import { openTodo } from '../../lambda/core/todo.ts'
import { at, enforcement, ID, NOW, OUTAGE, record, situation, verdict } from './records.ts'

const DAY = 24 * 3600
const RECHECK = 23 * 3600
const VERIFIED = verdict('verified')
const REJECTED = verdict('rejected')
const JUNK = verdict('rejected', { badSignature: true })
const UNMANAGED = verdict('unmanaged')
const late = situation({ enforcement: enforcement({ gracePeriod: 0 }) })
const untagged = situation({ tags: [] })
const failFast = situation({ enforcement: enforcement({ failFast: true }) })

type Look =
  | 'verified'
  | 'early'
  | 'late'
  | 'untagged'
  | 'junk'
  | 'junk, failFast'
  | 'absent, failFast'
  | 'junk, failFast, untagged'
  | 'unmanaged'
  | 'outage'

/** How each look comes out: a verdict, and the situation it is reached in. */
const looks: Readonly<Record<Look, readonly [Judged, Situation]>> = {
  verified: [VERIFIED, situation()],
  early: [REJECTED, situation()],
  late: [REJECTED, late],
  untagged: [REJECTED, untagged],
  junk: [JUNK, situation()],
  'junk, failFast': [JUNK, failFast],
  'absent, failFast': [REJECTED, failFast],
  'junk, failFast, untagged': [JUNK, { ...failFast, tags: [] }],
  unmanaged: [UNMANAGED, situation()],
  outage: [OUTAGE, late],
}

type Row = Readonly<Record<Look, State>>
const young: Row = {
  verified: 'verified',
  early: 'pending',
  late: 'failed',
  untagged: 'pending',
  junk: 'pending',
  'junk, failFast': 'failed',
  'absent, failFast': 'pending',
  'junk, failFast, untagged': 'pending',
  unmanaged: 'unmanaged',
  outage: 'error',
}
const everywhere = (state: State): Row => ({
  ...(Object.fromEntries(Object.keys(looks).map((look) => [look, state])) as Row),
  verified: 'verified',
  unmanaged: 'unmanaged',
})
const transitions: Readonly<Record<State | 'new', Row>> = {
  new: young,
  pending: young,
  error: young,
  unmanaged: { ...young, outage: 'unmanaged' },
  failed: everywhere('failed'),
  verified: { ...everywhere('degraded'), outage: 'verified' },
  degraded: everywhere('degraded'),
}

const cases = Object.entries(transitions).flatMap(([before, row]) =>
  Object.entries(row).map(([look, after]) => ({ before, look: look as Look, after })),
)

describe('the next state', () => {
  it.each(cases)('$before, $look: $after', ({ before, look, after }) => {
    const known = before === 'new' ? undefined : record({ state: before as State })
    const next = plan(known, ID, ...looks[look])
    expect(next.state).toBe(after)
    expect(next.version).toBe((known?.version ?? 0) + 1)
    expect(next.rev).toBe((known?.rev ?? 0) + (after === before ? 0 : 1))
  })
})

describe('grace', () => {
  it('begins when the image is first seen under a tag', () => {
    const first = plan(undefined, ID, REJECTED, untagged)
    expect(first).toMatchObject({
      state: 'pending',
      awaitedSince: undefined,
      graceUntil: undefined,
      recheckAt: undefined,
    })
    const tagged = plan(first, ID, REJECTED, situation({ now: at(3600) }))
    expect(tagged).toMatchObject({
      state: 'pending',
      awaitedSince: at(3600),
      graceUntil: at(4200),
      recheckAt: at(4200),
    })
  })

  it.each([
    [599, 'pending', at(600)],
    [600, 'failed', undefined],
    [86_400, 'failed', undefined],
  ])('is not begun again by later looks: after %d s the state is %s', (seconds, state, graceUntil) => {
    const first = plan(undefined, ID, REJECTED, situation())
    expect(plan(first, ID, REJECTED, situation({ now: at(seconds) }))).toMatchObject({ state, graceUntil })
  })

  it('is over for an image whose tag has gone meanwhile', () => {
    const first = plan(undefined, ID, REJECTED, situation())
    expect(plan(first, ID, REJECTED, situation({ now: at(600), tags: [] })).state).toBe('failed')
  })

  it('is given to an old image when a policy first matches it', () => {
    const old = plan(undefined, ID, UNMANAGED, situation())
    expect(old.awaitedSince).toBeUndefined()
    expect(plan(old, ID, REJECTED, situation({ now: at(DAY) }))).toMatchObject({
      state: 'pending',
      graceUntil: at(DAY + 600),
    })
  })

  it('does not stop for an outage', () => {
    const first = plan(undefined, ID, REJECTED, situation())
    const down = plan(first, ID, OUTAGE, situation({ now: at(300) }))
    expect(down).toMatchObject({ state: 'error', awaitedSince: NOW, graceUntil: undefined })
    expect(plan(down, ID, REJECTED, situation({ now: at(599) })).state).toBe('pending')
  })
})

describe('what is kept', () => {
  it('a verdict replaces everything that the last one said', () => {
    const before = record({ state: 'error', policyHash: 'old', lastError: { at: NOW, message: 'x' } })
    const check = { name: 'a/b', outcome: 'pass', reason: 'verified', message: 'm' } as const
    const next = plan(
      before,
      ID,
      verdict('verified', { checks: [check], policyHash: 'new' }),
      situation({ now: at(5) }),
    )
    expect(next).toMatchObject({ checks: [check], policyHash: 'new', checkedAt: at(5), lastError: undefined })
    expect(next.firstSeenAt).toBe(before.firstSeenAt)
  })

  it.each<State>(['verified', 'degraded', 'failed', 'unmanaged'])(
    'an outage leaves a verdict as it was: %s',
    (state) => {
      const check = { name: 'a/b', outcome: 'fail', reason: 'no-signature', message: 'm' } as const
      const before = record({ state, checks: [check], checkedAt: at(-60), awaitedSince: at(-60) })
      const next = plan(before, ID, OUTAGE, untagged)
      expect(next).toMatchObject({ checks: [check], policyHash: 'p', checkedAt: at(-60), rev: before.rev })
      expect(next.lastError).toEqual({ at: NOW, message: 'registry: connection refused' })
    },
  )

  it.each<State>(['degraded', 'failed'])('a base that could not be judged leaves why it was %s', (state) => {
    const check = { name: 'a/b', outcome: 'fail', reason: 'base-changed', message: 'm' } as const
    const why = { ...check, reason: 'base-not-judged', message: 'no answer' } as const
    const before = record({ state, checks: [check], checkedAt: at(-60), awaitedSince: at(-60) })
    const next = plan(before, ID, verdict('rejected', { onlyBase: 'awaited', checks: [why] }), situation())
    expect(next).toMatchObject({ state, checks: [check], checkedAt: at(-60), recheckAt: at(900), todo: [] })
    expect(next.lastError).toEqual({ at: NOW, message: 'no answer' })
  })

  const OVER = { ...OUTAGE, reason: 'over-limit', policyHash: 'p' } as Judged

  it.each<State>(['verified', 'degraded', 'failed', 'unmanaged'])(
    'too much to read leaves a verdict by the same policies as it was: %s',
    (state) => {
      expect(plan(record({ state, awaitedSince: at(-60) }), ID, OVER, untagged)).toMatchObject({ state, todo: [] })
    },
  )

  it.each<readonly [State, State]>([
    ['verified', 'error'],
    ['unmanaged', 'error'],
    ['degraded', 'degraded'],
    ['failed', 'failed'],
  ])('too much to read, by other policies, makes of %s %s', (state, becomes) => {
    const next = plan(record({ state, awaitedSince: at(-60) }), ID, { ...OVER, policyHash: 'new' } as Judged, untagged)
    expect(next.state).toBe(becomes)
    const told = becomes === 'error' ? [{ kind: 'alert', events: [{ event: 'error' }] }] : []
    expect(next.todo).toMatchObject(told)
    expect(next.policyHash).toBe(becomes === 'error' ? 'new' : 'p')
  })

  it.each<[State, string, string | undefined]>([
    ['failed', 'unavailable', NOW],
    ['pending', 'unavailable', NOW],
    ['failed', 'over-limit', undefined],
    ['pending', 'over-limit', undefined],
  ])('what was gone is back where it could be read in part, and not in an outage: %s, %s', (state, reason, goneAt) => {
    const judged = { ...OUTAGE, reason } as Judged
    expect(plan(record({ state, goneAt: NOW }), ID, judged, situation()).goneAt).toBe(goneAt)
  })

  it('the tags that events named it by, the newest last, and no more than a hundred', () => {
    const named = (before: ImageRecord | undefined, tag?: string) =>
      plan(before, ID, REJECTED, { ...situation(), ...(tag && { tag }) })
    const twice = named(named(named(undefined, 'v1'), 'v2'), 'v1')
    expect([twice.seenTags, named(twice).seenTags]).toEqual([
      ['v2', 'v1'],
      ['v2', 'v1'],
    ])
    const many = Array.from({ length: 101 }, (_, n) => `t${n}`)
    expect(named(record({ seenTags: many.slice(0, 100) }), 't100').seenTags).toEqual(many.slice(1))
  })

  it('an outage is the only check where there was no verdict', () => {
    const { checks, lastError } = plan(undefined, ID, { ...OUTAGE, reason: 'over-limit' } as Judged, situation())
    expect(checks).toMatchObject([{ name: 'evidence', outcome: 'error', reason: 'over-limit' }])
    expect(checks[0]?.message).toContain(lastError?.message)
  })
})

describe('when to look again', () => {
  const dueOf = ({ recheckAt, dueAt }: ImageRecord) => [recheckAt, dueAt]

  it.each<readonly [string, ImageRecord, readonly (string | undefined)[]]>([
    ['verified', plan(undefined, ID, VERIFIED, situation()), [at(RECHECK), at(RECHECK)]],
    ['pending', plan(undefined, ID, REJECTED, situation()), [at(600), at(600)]],
    ['pending, untagged', plan(undefined, ID, REJECTED, untagged), [undefined, undefined]],
    [
      'verified until then',
      plan(undefined, ID, verdict('verified', { goodUntil: at(60) }), situation()),
      [at(60), at(60)],
    ],
    ['failed: the work within a minute', plan(undefined, ID, REJECTED, late), [at(RECHECK), at(60)]],
    ['error: the alert within a minute', plan(undefined, ID, OUTAGE, situation()), [at(900), at(60)]],
    ['work that is done', withDueAt(record({ recheckAt: at(DAY), dueAt: at(60) }), NOW), [at(DAY), at(DAY)]],
    ['nothing', withDueAt(record(), NOW), [undefined, undefined]],
    ['work alone', withDueAt(openTodo(record(), 'alert'), NOW), [undefined, at(60)]],
  ])('%s', (_, next, due) => {
    expect(dueOf(next)).toEqual(due)
  })

  it('soon, where an outage kept the verdict', () => {
    const next = plan(record({ checkedAt: at(-DAY) }), ID, OUTAGE, situation())
    expect(next.recheckAt && next.recheckAt < at(3600)).toBe(true)
  })

  it('before the gate lets the verdict go', () => {
    const next = plan(undefined, ID, VERIFIED, situation())
    const answer = gate(next, 'p', enforcement(), next.recheckAt ?? '')
    expect(answer.allow).toBe(true)
  })
})
