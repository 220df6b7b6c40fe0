import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Judged, plan } from '../../lambda/core/plan.ts'
import { type ImageRecord, plusSeconds, type State } from '../../lambda/core/status.ts'
import { closeTodo, findTodo } from '../../lambda/core/todo.ts'
import { IMAGE_TRANSITIONS, mayFollow } from '../../lambda/core/transitions.ts'
import { standingWaiver, waiverEnded, withRevoked, withWaiver } from '../../lambda/core/waiver.ts'
import { at, enforcement, ID, OUTAGE, verdict } from './records.ts'

type Step = {
  readonly judged: Judged
  readonly minutes: number
  readonly tags: readonly string[]
  readonly onDegraded: 'alert' | 'allow' | 'quarantine'
  readonly gracePeriod: number
  readonly failFast: boolean
  /** What happens to the open work before this step: nothing, or all of it is done. */
  readonly done: boolean
  /** The tags taken by then. */
  readonly taken: readonly string[]
  /** What a person does before this step: nothing, accept the image for some minutes, or take that back. */
  readonly person: 'idle' | 'waives' | 'revokes'
}

/** By other policies than those of before it cannot be judged. */
const OTHERWISE = { ...OUTAGE, reason: 'not-judged', policyHash: 'q' } as Judged
const judged = fc.constantFrom<Judged>(
  verdict('verified'),
  verdict('rejected'),
  verdict('rejected', { badSignature: true }),
  verdict('rejected', { onlyBase: 'outdated' }),
  verdict('rejected', { onlyBase: 'unverified' }),
  verdict('unmanaged'),
  OUTAGE,
  { ...OUTAGE, reason: 'over-limit' } as Judged,
  OTHERWISE,
)
const step: fc.Arbitrary<Step> = fc.record({
  judged,
  minutes: fc.constantFrom(0, 1, 9, 10, 11, 1440),
  tags: fc.subarray(['v1', 'v2']),
  onDegraded: fc.constantFrom('alert', 'allow', 'quarantine'),
  gracePeriod: fc.constantFrom(0, 60, 600),
  failFast: fc.boolean(),
  done: fc.boolean(),
  taken: fc.subarray(['v1', 'v2']),
  person: fc.constantFrom('idle', 'idle', 'waives', 'revokes'),
})

type Move = {
  readonly before: ImageRecord | undefined
  readonly after: ImageRecord
  readonly step: Step
  readonly now: string
}

function walk(steps: readonly Step[]): Move[] {
  const moves: Move[] = []
  let before: ImageRecord | undefined
  let seconds = 0
  for (const one of steps) {
    seconds += one.minutes * 60
    const open = before?.todo ?? []
    if (before && one.done) before = open.reduce((record, { kind, seq }) => closeTodo(record, kind, seq), before)
    if (before?.state === 'failed') before = { ...before, taken: one.taken }
    before = before && withPerson(before, one, at(seconds))
    const { tags, onDegraded, gracePeriod, failFast } = one
    const situation = {
      now: at(seconds),
      tags,
      enforcement: enforcement({ onDegraded, gracePeriod, failFast }),
    }
    const after = plan(before, ID, one.judged, situation)
    moves.push({ before, after, step: one, now: at(seconds) })
    before = after
  }
  return moves
}

function withPerson(record: ImageRecord, { person }: Step, now: string): ImageRecord {
  const waiver = standingWaiver(record, now)
  if (person === 'revokes' && waiver) return withRevoked(record, waiver, 'bob', now)
  if (person !== 'waives') return record
  return withWaiver(record, { by: 'alice', reason: 'r', at: now, expiresAt: plusSeconds(now, 600) })
}

/** Holds for every move of every walk. */
function always(name: string, holds: (move: Move) => void): void {
  it(name, () => {
    fc.assert(fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => walk(steps).forEach(holds)))
  })
}

const stateOf = (before: ImageRecord | undefined): State | undefined => before?.state

describe('laws of the plan', () => {
  always('every write has a version of its own', ({ before, after }) => {
    expect(after.version).toBe((before?.version ?? 0) + 1)
  })

  always('the rev moves if and only if the state does (I7)', ({ before, after }) => {
    expect(after.rev - (before?.rev ?? 0)).toBe(stateOf(before) === after.state ? 0 : 1)
  })

  it('every move between states is allowed, and every allowed one is made by some walk', () => {
    const seen = new Set<string>()
    const steps = fc.array(step, { minLength: 1, maxLength: 12 })
    for (const walked of fc.sample(steps, { numRuns: 6000, seed: 5 }).map(walk)) {
      for (const { before, after } of walked) {
        const from = stateOf(before) ?? 'unknown'
        expect(mayFollow(before, after.state)).toBe(true)
        if (from !== after.state) seen.add(`${from} > ${after.state}`)
      }
    }
    expect([...seen].toSorted()).toEqual(IMAGE_TRANSITIONS.map(({ from, to }) => `${from} > ${to}`).toSorted())
  })

  always('what could not be judged neither fails nor verifies an image (I7, I8)', ({ before, after, step }) => {
    if (step.judged.kind !== 'error') return
    expect([stateOf(before), 'error']).toContain(after.state)
    if (stateOf(before) !== 'failed' && stateOf(before) !== 'degraded') {
      expect(findTodo(after, 'quarantine')?.seq).toBe(before && findTodo(before, 'quarantine')?.seq)
    }
  })

  always('verified comes of a verdict that says so, and of nothing else', ({ before, after, step }) => {
    const said = step.judged.kind === 'verdict' && step.judged.verdict.outcome === 'verified'
    if (after.state === 'verified') expect(said || stateOf(before) === 'verified').toBe(true)
    if (said) expect(after.state).toBe('verified')
  })

  always('what is verified or degraded does not fail (rule 11)', ({ before, after }) => {
    if (stateOf(before) === 'verified' || stateOf(before) === 'degraded') expect(after.state).not.toBe('failed')
  })

  always('nothing fails before its deadline unless it is told to fail fast (I6)', ({ before, after, step, now }) => {
    if (after.state !== 'failed' || stateOf(before) === 'failed' || step.failFast) return
    const since = after.awaitedSince ?? ''
    expect(Date.parse(now) - Date.parse(since)).toBeGreaterThanOrEqual(step.gracePeriod * 1000)
  })

  always('tags that were taken are given back when the image no longer fails (rule 4)', ({ before, after }) => {
    // By the end of a waiver it is degraded, and what was not given back by then stays taken
    if (stateOf(before) !== 'failed' || after.state === 'failed' || after.state === 'degraded') return
    expect(findTodo(after, 'quarantine')).toBeUndefined()
    // A release that is under way may have nothing left to give back, and is closed by whoever does it
    if (after.taken.length > 0) expect(findTodo(after, 'release')).toBeDefined()
    else expect(findTodo(after, 'release')).toEqual(before && findTodo(before, 'release'))
  })

  always('work on tags is open only where the state calls for it', ({ after }) => {
    if (findTodo(after, 'quarantine')) expect(['failed', 'degraded']).toContain(after.state)
    if (after.state === 'failed' && !after.waiver) expect(findTodo(after, 'release')).toBeUndefined()
  })

  always('no tag is to be taken while a waiver stands, nor by its end before the image is degraded', (move) => {
    if (standingWaiver(move.after, move.now)) expect(findTodo(move.after, 'quarantine')).toBeUndefined()
    if (move.after.waiver && move.after.state === 'failed') expect(findTodo(move.after, 'quarantine')).toBeUndefined()
  })

  always(
    'no waiver moves a state, and only the end of one, or a base that is not current, degrades what was never verified',
    ({ before, after, now, step: { judged: seen } }) => {
      if (after.state !== 'degraded' || stateOf(before) === 'degraded' || after.verifiedAt !== undefined) return
      const outdated = seen.kind === 'verdict' && seen.verdict.onlyBase === 'outdated'
      expect(outdated || waiverEnded(after, now)).toBe(true)
    },
  )

  always('what lacks nothing but a current base is not failed, and keeps its tags', ({ before, after, step: one }) => {
    if (one.judged.kind !== 'verdict' || one.judged.verdict.onlyBase !== 'outdated') return
    expect(after.state).not.toBe('failed')
    if (one.onDegraded === 'quarantine') return
    expect(findTodo(after, 'quarantine')).toBeUndefined()
    if (before?.state === 'failed' && before.taken.length > 0) expect(findTodo(after, 'release')).toBeDefined()
  })

  always('the end of a waiver is a time to look again', ({ after, now }) => {
    const waiver = standingWaiver(after, now)
    if (waiver) expect(after.recheckAt && after.recheckAt <= waiver.expiresAt).toBe(true)
  })

  always('a failed image under a tag always has its work open, under a new seq (I3)', ({ before, after, step }) => {
    if (after.state !== 'failed' || after.waiver || step.tags.length === 0 || step.judged === OTHERWISE) return
    expect(findTodo(after, 'quarantine')?.seq).toBeGreaterThan(before?.seq ?? 0)
  })

  always('seq never goes back, and no work is ahead of it', ({ before, after }) => {
    expect(after.seq).toBeGreaterThanOrEqual(before?.seq ?? 0)
    for (const { seq } of after.todo) expect(seq).toBeLessThanOrEqual(after.seq)
    expect(new Set(after.todo.map(({ kind }) => kind)).size).toBe(after.todo.length)
  })

  always('an item with work is due within a minute', ({ after, now }) => {
    if (after.todo.length > 0) expect(Date.parse(after.dueAt ?? '') - Date.parse(now)).toBeLessThanOrEqual(60_000)
    if (after.recheckAt !== undefined) expect(after.dueAt && after.dueAt <= after.recheckAt).toBe(true)
  })

  always('grace is told of pending images under a tag, and of no others', ({ after }) => {
    expect(after.graceUntil !== undefined).toBe(after.state === 'pending' && after.awaitedSince !== undefined)
  })

  it('once verified, an image never fails, whatever becomes of its policies (I11)', () => {
    const one = {
      minutes: 11,
      tags: ['v1'],
      onDegraded: 'alert',
      gracePeriod: 600,
      failFast: false,
      done: true,
      taken: [],
      person: 'idle',
    } as const
    const verdicts = [verdict('verified'), verdict('unmanaged'), verdict('rejected'), verdict('rejected')]
    const last = walk(verdicts.map((judged) => ({ ...one, judged }))).at(-1)
    expect(last?.after.state).toBe('degraded')
  })
})
