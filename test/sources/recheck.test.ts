import { describe, expect, it } from 'vitest'
import { pushesOf } from '../../lambda/sources/parse.ts'
import { recheckMessage } from '../../lambda/sources/recheck.ts'
import { ID, NOW } from '../core/records.ts'

const message = JSON.parse(recheckMessage(ID, NOW))

describe('our own request to judge an image again', () => {
  it('is read as it was written', () => {
    expect(pushesOf(message, [])).toEqual({
      pushes: [{ id: `recheck ${NOW}`, source: 'recheck', kind: 'recheck', ...ID, at: NOW }],
    })
  })

  it('is a push of the tag it names', () => {
    const { host, name } = ID
    const request = (digest?: typeof ID.digest) => JSON.parse(recheckMessage({ host, name, tag: 'v1', digest }, NOW))
    const push = { id: `recheck ${NOW}`, source: 'recheck', kind: 'push', host, name, tag: 'v1', at: NOW }
    expect(pushesOf(request(ID.digest), [])).toEqual({ pushes: [{ ...push, digest: ID.digest }] })
    expect(pushesOf(request(), [])).toEqual({ pushes: [push] })
  })

  it('holds nothing of the record it was made from', () => {
    expect(Object.keys(message).toSorted()).toEqual(['assay', 'at', 'digest', 'host', 'name'])
  })

  it.each([
    ['another request', { ...message, assay: 'delete' }],
    ['no digest', { ...message, digest: undefined }],
    ['a tag that is none', { ...message, tag: '../v1' }],
    ['a tag for a digest', { ...message, digest: 'v1' }],
    ['a bad name', { ...message, name: 'A B' }],
    ['no time', { ...message, at: undefined }],
    ['no host', { ...message, host: null }],
  ])('is dropped with %s', (_, payload) => {
    const parsed = pushesOf(payload, [])
    expect('dropped' in parsed && parsed.dropped).toContain('not a request to verify')
  })
})
