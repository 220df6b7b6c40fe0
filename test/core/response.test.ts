import { describe, expect, it } from 'vitest'
import { historyRow } from '../../lambda/core/history.ts'
import { historyResponse, statusResponse, unknownResponse } from '../../lambda/core/response.ts'
import { KEY, WORKFLOW } from './claims.ts'
import { at, HOST, ID, NOW, record } from './records.ts'

const check = { name: 'p/a', outcome: 'pass', reason: 'verified', message: 'm' } as const

describe('a status', () => {
  it('says everything of an image, and nothing of our own book-keeping', () => {
    const known = record({
      state: 'pending',
      policies: [{ name: 'p', outcome: 'fail' }],
      checks: [check],
      signers: [KEY, WORKFLOW],
      platforms: ['linux/amd64'],
      graceUntil: at(60),
      recheckAt: at(60),
      lastError: { at: NOW, message: 'x' },
      lease: { owner: 'o', until: NOW },
      todo: [{ kind: 'alert', seq: 1 }],
    })
    expect(statusResponse(known, NOW, 'v1', false)).toEqual({
      image: `${HOST}/prod/app:v1`,
      digest: ID.digest,
      tag: 'v1',
      state: 'pending',
      quarantined: false,
      policies: [{ name: 'p', outcome: 'fail' }],
      checks: [check],
      signers: [
        { key: 'sha256:k' },
        { issuer: WORKFLOW.issuer, subject: WORKFLOW.subject, claims: {}, signedAt: '2026' },
      ],
      platforms: ['linux/amd64'],
      base: null,
      rev: 2,
      firstSeenAt: at(-3600),
      checkedAt: NOW,
      graceUntil: at(60),
      nextDueAt: at(60),
      lastError: { at: NOW, message: 'x' },
    })
  })

  it('leaves out what there is not', () => {
    const status = statusResponse(record(), NOW)
    expect(status.image).toBe(`${HOST}/prod/app`)
    expect(Object.keys(status)).not.toEqual(expect.arrayContaining(['tag']))
    for (const field of ['tag', 'platforms', 'graceUntil', 'nextDueAt', 'lastError'])
      expect(status).not.toHaveProperty(field)
  })

  it.each([
    [[], undefined, false],
    [['v1'], undefined, true],
    [['v1'], false, false], // asked by a tag that is there
    [[], true, true],
  ])('with the tags %j taken, and the tag asked by taken %s: quarantined %s', (taken, byTag, quarantined) => {
    expect(statusResponse(record({ taken }), NOW, 'v1', byTag).quarantined).toBe(quarantined)
  })

  it('of an unknown image names what was asked', () => {
    const image = { host: HOST, name: 'a', tag: 'v1' }
    expect(unknownResponse(image)).toEqual({ image: `${HOST}/a:v1`, state: 'unknown', quarantined: false })
    expect(unknownResponse(image, ID.digest)).toMatchObject({ digest: ID.digest })
  })
})

it('a history row names its signers as a status does', () => {
  expect(historyResponse(historyRow(record({ signers: [KEY] })))).toMatchObject({
    signers: [{ key: 'sha256:k' }],
    rev: 2,
  })
})
