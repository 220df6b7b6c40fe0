import { describe, expect, it } from 'vitest'
import { gate } from '../../lambda/core/gate.ts'
import { type ImageRecord, STATES } from '../../lambda/core/status.ts'
import type { Waiver } from '../../lambda/core/waiver.ts'
import { at, enforcement, ID, NOW, record } from './records.ts'

const DAY = 24 * 3600
const waiver: Waiver = { by: 'alice', reason: 'r', at: at(-60), expiresAt: at(600) }
const ask = (known: ImageRecord, hash = 'p', now = NOW, fields = {}) => gate(known, hash, enforcement(fields), now)

describe('the gate, of an image that a person has accepted', () => {
  it('says yes by name of the waiver, until it ends', () => {
    expect(ask(record({ state: 'failed', waiver }))).toEqual({
      allow: true,
      because: 'waiver',
      digest: ID.digest,
      digestRef: `127.0.0.1:5500/prod/app@${ID.digest}`,
      policyHash: 'p',
      validUntil: at(600),
    })
  })

  it.each(STATES)('says yes in state %s, and why', (state) => {
    const because = state === 'verified' ? 'verified' : 'waiver'
    expect(ask(record({ state, waiver }))).toMatchObject({ allow: true, because })
  })

  it.each<[string, Partial<ImageRecord>, string, object]>([
    ['whose verdict is of other policies', { state: 'failed' }, 'new', {}],
    ['that was verified under other policies', { state: 'verified' }, 'new', {}],
    ['whose verdict is old', { state: 'verified', checkedAt: at(-2 * DAY) }, 'p', {}],
    ['that is degraded, and allowed anyway', { state: 'degraded' }, 'p', { onDegraded: 'allow' }],
    ['that could not be judged again', { state: 'failed', lastError: { at: NOW, message: 'down' } }, 'p', {}],
  ])('says yes by the waiver to one %s', (_, fields, hash, allowed) => {
    expect(ask(record({ ...fields, waiver }), hash, NOW, allowed)).toMatchObject({
      allow: true,
      because: 'waiver',
      policyHash: hash,
    })
  })

  it.each([
    ['the end of the waiver', {}, at(600)],
    ['the next look', { recheckAt: at(60) }, at(60)],
    ['no look that is late', { recheckAt: at(-60) }, at(600)],
    ['a day after the verdict', { checkedAt: at(-DAY + 30) }, at(30)],
    ['no verdict that is old', { checkedAt: at(-2 * DAY) }, at(600)],
    ['a day', { checkedAt: at(-2 * DAY), waiver: { ...waiver, expiresAt: at(9 * DAY) } }, at(DAY)],
  ])('is good until the soonest of what is still to come: %s', (_, fields, validUntil) => {
    expect(ask(record({ state: 'failed', waiver, ...fields }))).toMatchObject({ validUntil })
  })

  it('says no at once when it has ended or was taken back, and never promises a yes beyond', () => {
    const known = record({ state: 'failed', waiver })
    expect([ask(known, 'p', at(599.999)).allow, ask(known, 'p', at(600)).allow]).toEqual([true, false])
    expect(ask(record({ state: 'failed', waiver: { ...waiver, revokedAt: NOW } }))).toMatchObject({ allow: false })
  })

  it('says no to an image that is gone', () => {
    const lastError = { at: NOW, message: 'the image is no longer in the registry' }
    expect(ask(record({ state: 'failed', waiver, goneAt: NOW, lastError }))).toMatchObject({
      allow: false,
      reasons: ['the image is no longer in the registry'],
    })
  })
})
