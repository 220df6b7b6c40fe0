import { describe, expect, it } from 'vitest'
import { historyRow } from '../../lambda/core/history.ts'
import { historyResponse, statusResponse, unknownResponse } from '../../lambda/core/response.ts'
import { KEY, WORKFLOW } from './claims.ts'
import { at, digest, HOST, ID, NOW, record } from './records.ts'

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

  it('tells of the base by the name of its words, and not by what it is found', () => {
    const facts = {
      rung: 'verified',
      proof: 'layers',
      signature: 'verified',
      intact: 'yes',
      current: 'no',
      image: `${HOST}/bases/node`,
      digest: digest(2),
      by: ['ours'],
      existedAt: at(-60),
      replaced: { tag: '22', at: at(-30), by: digest(3), behind: 1 },
      layers: { base: 2, above: 1 },
      beneath: [digest(4)],
      message: 'm',
    } as const
    const { by: _, beneath: __, ...known } = facts
    const told = {
      ...known,
      vouchedFor: ['ours'],
      replacedAt: at(-30),
      replaced: { tag: '22', by: digest(3), behind: 1 },
    }
    const base = { ...facts, platforms: [{ platform: 'linux/amd64', ...facts }] }
    expect(statusResponse(record({ base }), NOW).base).toEqual({
      ...told,
      platforms: [{ platform: 'linux/amd64', ...told }],
    })
  })

  it('tells what it is itself to those that stand on it, and not where that is written', () => {
    const standing = { vouched: ['ours'], chains: [], contents: digest(5), packages: digest(6), existedAt: at(-60) }
    const told = { vouchedFor: ['ours'], existedAt: at(-60) }
    expect(statusResponse(record({ standing }), NOW).standing).toEqual(told)
    const replaced = { ...standing, replaced: { tag: '22', behind: 3 } }
    expect(statusResponse(record({ standing: replaced }), NOW).standing).toEqual({
      ...told,
      replaced: { tag: '22', behind: 3 },
    })
    expect(statusResponse(record(), NOW)).not.toHaveProperty('standing')
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
