import { describe, expect, it } from 'vitest'
import { BadInput } from '../../lambda/core/bad-input.ts'
import { readWaiverRequest } from '../../lambda/core/waiver-request.ts'
import { at, NOW } from './records.ts'

const DAY = 24 * 3600
const asked = (fields: object = {}) => ({ image: 'r/a@sha256:0', reason: 'why', expiresAt: at(DAY), ...fields })
const read = (fields: object) => readWaiverRequest(asked(fields), NOW)

describe('a request to accept an image', () => {
  it.each([
    ['in UTC', '2026-11-23T12:00:00Z', '2026-11-23T12:00:00.000Z'],
    ['in another zone', '2026-11-23T12:00:00+02:00', '2026-11-23T10:00:00.000Z'],
    ['without seconds', '2026-11-23T12:00Z', '2026-11-23T12:00:00.000Z'],
    ['a moment from now', at(0.001), at(0.001)],
    ['as late as may be', at(90 * DAY), at(90 * DAY)],
  ])('may end at a time %s, which is read as one instant', (_, expiresAt, instant) => {
    expect(read({ expiresAt }).expiresAt).toBe(instant)
  })

  it.each([
    ['r', 'r'],
    ['  spaces around  ', 'spaces around'],
    ['ü'.repeat(500), 'ü'.repeat(500)],
    ['🙂'.repeat(500), '🙂'.repeat(500)],
  ])('gives the reason %j', (reason, kept) => {
    expect(read({ reason }).reason).toBe(kept)
  })

  it.each([
    [{ reason: '' }, 'reason of 0 characters; 1 to 500 are allowed'],
    [{ reason: ' \t ' }, 'reason of 0 characters; 1 to 500 are allowed'],
    [{ reason: 'x'.repeat(501) }, 'reason of 501 characters; 1 to 500 are allowed'],
    [{ reason: 'a\nb' }, 'reason holds the character U+000A; printable text on one line is allowed'],
    [{ reason: 'a\u202eb' }, 'reason holds the character U+202E'],
    [{ reason: 'a\u001b[2Jb' }, 'reason holds the character U+001B'],
    [{ reason: 'a\ud800b' }, 'reason holds the character U+D800'],
    [{ expiresAt: 'tomorrow' }, 'expiresAt "tomorrow" is not a time with its zone, like 2026-12-24T18:00:00Z'],
    [{ expiresAt: '2026-11-23' }, 'is not a time with its zone'],
    [{ expiresAt: '2026-11-23T12:00:00' }, 'is not a time with its zone'],
    [{ expiresAt: '2027-02-30T12:00:00Z' }, 'is not a time with its zone'],
    [{ expiresAt: '9'.repeat(5000) }, `expiresAt "${'9'.repeat(80)}" is not a time`],
    [{ expiresAt: '1795435200' }, 'is not a time with its zone'],
    [{ expiresAt: NOW }, `expiresAt ${NOW} is not in the future: it is ${NOW} now`],
    [{ expiresAt: at(-1) }, 'is not in the future'],
    [{ expiresAt: at(90 * DAY + 1) }, `is too far ahead: a waiver lasts 90 days at most, until ${at(90 * DAY)}`],
    [{ expiresAt: '9999-12-31T23:59:59Z' }, 'is too far ahead'],
    [{ expiresAt: 5 }, 'expiresAt'],
    [{ reason: undefined }, 'reason'],
    [{ image: undefined }, 'image'],
    [{ by: 'somebody else' }, 'by'],
  ])('with %j is refused', (fields, message) => {
    expect(() => read(fields)).toThrow(BadInput)
    expect(() => read(fields)).toThrow(message)
  })

  it.each([[undefined], [null], ['text'], [[]]])('that is %j is refused with an example', (body) => {
    expect(() => readWaiverRequest(body, NOW)).toThrow('give {"image": "HOST/NAME@sha256:…"')
  })
})
