import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { email } from '../../lambda/alerts/email.ts'
import type { Alert } from '../../lambda/core/alert.ts'
import { HOST, ID, NOW } from '../core/records.ts'

const IMAGE = `${HOST}/prod/app:v1@${ID.digest}`
const unsigned = { name: 'signed/key', outcome: 'fail', reason: 'no-signature', message: 'nothing claims it' } as const
const signed = { name: 'signed/key', outcome: 'pass', reason: 'verified', message: 'signed by key k' } as const

function alert(fields: Partial<Alert> = {}): Alert {
  const { digest } = ID
  return { event: 'failed', image: IMAGE, digest, state: 'failed', at: NOW, checks: [unsigned], tags: [], ...fields }
}

const golden: readonly (readonly [Alert, string, string])[] = [
  [
    alert({
      tags: [
        { tag: 'v1', outcome: 'taken' },
        { tag: 'latest', outcome: 'protected' },
        { tag: 'v2', outcome: 'moved' },
      ],
    }),
    `Assay: ${HOST}/prod/app:v1 failed verification`,
    `${IMAGE} failed verification.

State: failed, ${NOW}

What was found
- signed/key: fail (no-signature): nothing claims it

What happened to its tags
- v1: taken away; the image is kept and can still be pulled by digest
- latest: left in place: it is protected
- v2: left alone: it points at another image by now

What to do
Put right what was found: sign the image (by digest), attach what is missing, have its base vouched for, or push a better one. A tag that was taken comes back by itself once its image is verified.`,
  ],
  [
    alert({ event: 'quarantined', tags: [{ tag: 'v1', outcome: 'taken' }] }),
    `Assay: ${HOST}/prod/app:v1 was quarantined`,
    `${IMAGE} was quarantined.

State: failed, ${NOW}

What was found
- signed/key: fail (no-signature): nothing claims it

What happened to its tags
- v1: taken away; the image is kept and can still be pulled by digest

What to do
Put right what was found: sign the image (by digest), attach what is missing, have its base vouched for, or push a better one. The tag comes back by itself once its image is verified.`,
  ],
  [
    alert({
      event: 'recovered',
      state: 'verified',
      checks: [signed],
      tags: [
        { tag: 'v1', outcome: 'given-back' },
        { tag: 'v2', outcome: 'refused-newer' },
      ],
    }),
    `Assay: ${HOST}/prod/app:v1 recovered`,
    `${IMAGE} recovered.

State: verified, ${NOW}

What was found
- signed/key: pass (verified): signed by key k

What happened to its tags
- v1: given back
- v2: not given back: a newer image has it, or had it last

What to do
Nothing to do.`,
  ],
  [
    alert({ event: 'degraded', state: 'degraded' }),
    `Assay: ${HOST}/prod/app:v1 no longer meets policy`,
    `${IMAGE} no longer meets policy.

State: degraded, ${NOW}

What was found
- signed/key: fail (no-signature): nothing claims it

What to do
Deploy gates say no. Put right what was found: sign the image anew, attach what is missing, or mend the policy.`,
  ],
  [
    alert({ event: 'error', state: 'error', checks: [] }),
    `Assay: ${HOST}/prod/app:v1 could not be verified`,
    `${IMAGE} could not be verified.

State: error, ${NOW}

What to do
Nothing was taken. It is tried again by itself. If this repeats, look at what was found: the registry, what is attached to the image where that is more than is read, or a layer that cannot be told for certain.`,
  ],
  [
    alert({
      event: 'waived',
      waiver: { by: 'alice', reason: 'the fix is on its way', at: NOW, expiresAt: '2026-12-01T00:00:00.000Z' },
      tags: [{ tag: 'v1', outcome: 'given-back' }],
    }),
    `Assay: ${HOST}/prod/app:v1 was accepted by a person`,
    `${IMAGE} was accepted by a person.

State: failed, ${NOW}

Its waiver
- by alice, until 2026-12-01T00:00:00.000Z: the fix is on its way

What was found
- signed/key: fail (no-signature): nothing claims it

What happened to its tags
- v1: given back

What to do
Deploy gates say yes, and no tag is taken, until the waiver ends. Sign the image, or replace it, before then. Taking it back: assay waivers revoke.`,
  ],
]

describe('an alert as e-mail', () => {
  it.each(golden.map((row) => [row[0].event, ...row] as const))('%s', (_, told, subject, text) => {
    expect(email.render(told)).toEqual({ subject, text })
  })

  it.each([
    ['would-take', 'left in place (enforcement only observes)'],
    ['not-armed', 'left in place: quarantine is not armed'],
    ['failed', 'could not be changed yet; trying again'],
  ] as const)('tells of a tag that is %s', (outcome, text) => {
    expect(email.render(alert({ tags: [{ tag: 'v1', outcome }] })).text).toContain(`- v1: ${text}`)
  })

  it('shortens a long name in its subject from the left, where it says least', () => {
    const { subject } = email.render(alert({ image: `${HOST}/${'long/'.repeat(60)}app:v1@${ID.digest}` }))
    expect(subject).toMatch(/^Assay: \.\.\.[/long]+\/app:v1 failed verification$/)
    expect(subject).toHaveLength(100)
  })

  it('says of a waiver that was taken back that it was', () => {
    const waiver = { by: 'alice', reason: 'r', at: NOW, expiresAt: '2027', revokedAt: '2026-11-22T13:00:00.000Z' }
    const { text } = email.render(alert({ event: 'degraded', state: 'degraded', waiver }))
    expect(text).toContain('- by alice, taken back at 2026-11-22T13:00:00.000Z: r')
  })

  it('does not say that no tag was taken where one was', () => {
    const { text } = email.render(alert({ event: 'degraded', tags: [{ tag: 'v1', outcome: 'taken' }] }))
    expect(text).not.toContain('no tag was taken')
  })

  it('does not say of a tag to be given back that it could not be taken', () => {
    const told = alert({ event: 'recovered', state: 'verified', tags: [{ tag: 'v1', outcome: 'failed' }] })
    expect(email.render(told).text).not.toContain('could not be taken')
  })
})

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({
    unit: fc.constantFrom(
      'a',
      '\n',
      '\r',
      '\u2028',
      '\u202e',
      '\u0000',
      '\u001b',
      '\u0085',
      '<!channel>',
      'é',
      '…',
      '@',
    ),
  }),
)

describe('whatever it is told', () => {
  const events = fc.constantFrom<Alert['event']>('failed', 'quarantined', 'recovered', 'degraded', 'error', 'waived')

  it('has a subject that SNS takes: printable ASCII, at most 100 characters', () => {
    fc.assert(
      fc.property(events, hostile, (event, image) => {
        expect(email.render(alert({ event, image })).subject).toMatch(/^[\x20-\x7e]{1,100}$/)
      }),
    )
  })

  it('has the lines that we wrote and no others, none of them long, none with a control character', () => {
    fc.assert(
      fc.property(hostile, hostile, hostile, hostile, (image, name, message, tag) => {
        const known = { by: 'alice', reason: 'r', at: NOW, expiresAt: NOW }
        const plain = email.render(alert({ waiver: known, tags: [{ tag: 'v1', outcome: 'taken' }] })).text.split('\n')
        const checks = [{ ...unsigned, name, message }]
        const waiver = { by: name, reason: message, at: NOW, expiresAt: NOW }
        const lines = email.render(alert({ image, checks, waiver, tags: [{ tag, outcome: 'taken' }] })).text.split('\n')
        expect(lines).toHaveLength(plain.length)
        for (const line of lines) {
          expect(Array.from(line).length).toBeLessThanOrEqual(500)
          expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/)
        }
      }),
    )
  })
})
