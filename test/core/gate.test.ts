import { describe, expect, it } from 'vitest'
import { gate } from '../../lambda/core/gate.ts'
import type { ImageRecord } from '../../lambda/core/status.ts'
import type { Check } from '../../lambda/core/verdict.ts'
import { at, enforcement, ID, NOW, record } from './records.ts'

const DAY = 24 * 3600
const check = (outcome: Check['outcome']): Check => ({
  name: 'p/a',
  outcome,
  reason: 'no-signature',
  message: 'unsigned',
})
const ask = (known: ImageRecord | undefined, hash = 'p', now = NOW, fields = {}) =>
  gate(known, hash, enforcement(fields), now)

describe('the gate says yes', () => {
  it('to a verdict that stands, by digest, for as long as it stands', () => {
    expect(ask(record())).toEqual({
      allow: true,
      because: 'verified',
      digest: ID.digest,
      digestRef: `127.0.0.1:5500/prod/app@${ID.digest}`,
      policyHash: 'p',
      validUntil: at(DAY),
    })
  })

  it.each([
    [undefined, at(DAY)],
    [at(60), at(60)],
    [at(2 * DAY), at(DAY)],
  ])('until the sooner of a day and the next look: %s', (recheckAt, validUntil) => {
    expect(ask(record({ ...(recheckAt && { recheckAt }) }))).toMatchObject({ validUntil })
  })

  it.each([
    [60, at(60)],
    [2 * DAY, at(DAY)],
  ])('until time makes a no of the verdict, if that is %d seconds away', (seconds, validUntil) => {
    expect(ask(record({ goodUntil: at(seconds) }))).toMatchObject({ validUntil })
  })

  it('to a degraded image only where its enforcement allows it', () => {
    expect(ask(record({ state: 'degraded' }), 'p', NOW, { onDegraded: 'allow' }).allow).toBe(true)
    expect(ask(record({ state: 'degraded' })).allow).toBe(false)
    expect(ask(record({ state: 'degraded' }), 'p', NOW, { onDegraded: 'quarantine' }).allow).toBe(false)
    expect(ask(record({ state: 'failed' }), 'p', NOW, { onDegraded: 'allow' }).allow).toBe(false)
  })
})

describe('the gate says no', () => {
  it.each<readonly [string, ImageRecord | undefined, object]>([
    ['to what is unknown', undefined, { state: 'unknown', reasons: ['nothing is known of this image'], retryAfter: 5 }],
    [
      'to a verdict that time has ended, though nobody has looked again',
      record({ goodUntil: NOW, recheckAt: NOW }),
      { state: 'verified', digest: ID.digest, reasons: [`the verdict was good until ${NOW}`], retryAfter: 5 },
    ],
    [
      'to a verdict of other policies',
      record({ policyHash: 'old' }),
      {
        state: 'verified',
        digest: ID.digest,
        reasons: ['the policies have changed since the last verdict'],
        retryAfter: 5,
      },
    ],
    [
      'to a verdict whose day is over',
      record({ checkedAt: at(-DAY) }),
      { state: 'verified', digest: ID.digest, reasons: [`the verdict was good until ${NOW}`], retryAfter: 5 },
    ],
    [
      'to a failed image, with what was missed and nothing else',
      record({ state: 'failed', checks: [check('fail'), check('skip'), check('warn'), check('pass')] }),
      { state: 'failed', digest: ID.digest, reasons: ['p/a: no-signature: unsigned'] },
    ],
    [
      'to what failed, and could not be judged again',
      record({ state: 'failed', checks: [check('fail')], lastError: { at: NOW, message: 'down' } }),
      { state: 'failed', digest: ID.digest, reasons: ['down', 'p/a: no-signature: unsigned'] },
    ],
    [
      'to what could not be judged, once',
      record({ state: 'error', checks: [check('error')], lastError: { at: NOW, message: 'unsigned' } }),
      { state: 'error', digest: ID.digest, reasons: ['p/a: no-signature: unsigned'] },
    ],
    [
      'to a pending image, and when to ask again',
      record({ state: 'pending', graceUntil: at(90.5) }),
      { state: 'pending', digest: ID.digest, reasons: ['the image is pending'], retryAfter: 91 },
    ],
    [
      'to a pending image whose deadline has come',
      record({ state: 'pending', graceUntil: at(-90) }),
      { state: 'pending', digest: ID.digest, reasons: ['the image is pending'], retryAfter: 1 },
    ],
    [
      'to an unmanaged image',
      record({ state: 'unmanaged' }),
      { state: 'unmanaged', digest: ID.digest, reasons: ['the image is unmanaged'] },
    ],
  ])('%s', (_, known, answer) => {
    expect(ask(known)).toEqual({ allow: false, ...answer })
  })

  it('a second later no longer', () => {
    const known = record({ checkedAt: at(-DAY + 1) })
    expect([ask(known).allow, ask(known, 'p', at(1)).allow]).toEqual([true, false])
  })

  it('to everything but what is verified, whatever else is true of it', () => {
    for (const state of ['pending', 'degraded', 'failed', 'error', 'unmanaged'] as const) {
      expect(ask(record({ state, checks: [check('pass')] })).allow).toBe(false)
    }
  })
})
