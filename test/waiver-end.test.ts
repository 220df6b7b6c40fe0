import { describe, expect, it } from 'vitest'
import { act } from '../lambda/act.ts'
import { openTodo } from '../lambda/core/todo.ts'
import { judge } from '../lambda/pipeline.ts'
import { updateImage } from '../lambda/update-image.ts'
import { failing, intercepted, once } from './memory/faults.ts'
import { ALICE, BOB } from './memory/people.ts'
import { quarantined } from './memory/quarantined.ts'
import { HOST, NAME } from './memory/world.ts'

describe('when a waiver has ended', () => {
  it('the gate says no in that moment; the image is degraded within a minute and keeps its tags (rule 11)', async () => {
    const { outside, digest, waive, settle, pass, gate, record, at, told } = await quarantined()
    await waive(digest, 3600)
    await settle()
    const end = (await record(digest))?.waiver?.expiresAt
    outside.advance(3599)
    expect(await gate({ digest })).toMatchObject({ allow: true, validUntil: end })
    outside.advance(1)
    expect(await gate({ digest })).toMatchObject({ allow: false, state: 'failed' })
    await pass(1)
    expect(await record(digest)).toMatchObject({ state: 'degraded', rev: 3, taken: [] })
    await pass(15)
    expect([await at('v1'), told()]).toEqual([digest, ['waived', 'degraded']])
    expect(outside.published[1]).toMatchObject({ waiver: { by: ALICE } })
  })

  it.each([
    ['ends', async ({ outside }: Awaited<ReturnType<typeof quarantined>>) => outside.advance(3600)],
    ['is taken back', async ({ revoke, digest }: Awaited<ReturnType<typeof quarantined>>) => revoke(digest)],
  ])('and it %s, tags are taken only where degraded images lose them', async (_, end) => {
    const image = await quarantined(['v1'], 'onFailure: quarantine, onDegraded: quarantine')
    const { digest, waive, settle, pass, state, at } = image
    await waive(digest, 3600)
    await settle()
    expect(await at('v1')).toBe(digest)
    await end(image)
    await pass(3)
    expect([await state(digest), await at('v1')]).toEqual(['degraded', undefined])
    await waive(digest, 3600)
    await settle()
    expect([await state(digest), await at('v1')]).toEqual(['degraded', digest])
  })

  it('nothing is taken before it is judged again, though the registry does not answer', async () => {
    const { outside, digest, id, waive, settle, at } = await quarantined(
      ['v1'],
      'onFailure: quarantine, onDegraded: quarantine',
    )
    await waive(digest, 60)
    await settle()
    outside.advance(60)
    await expect(
      judge(
        failing(outside.world, (port) => port === 'registry'),
        id(digest),
      ),
    ).rejects.toThrow('no answer')
    await settle()
    expect(await at('v1')).toBe(digest)
  })

  it('a person who takes it back is heard at once, and what was done is in the history', async () => {
    const { outside, digest, waive, revoke, settle, pass, gate, state, at, listed } = await quarantined()
    await waive(digest)
    await settle()
    expect(await revoke(digest)).toMatchObject({ status: 200, body: { state: 'failed' } })
    expect(await gate({ digest })).toMatchObject({ allow: false, state: 'failed' })
    expect(await listed()).toEqual({ waivers: [] })
    await pass(1)
    expect([await state(digest), await at('v1')]).toEqual(['degraded', digest])
    const { items } = await outside.world.store.history({ host: HOST, name: NAME, digest }, 10)
    expect(items).toMatchObject([
      {
        rev: 2,
        state: 'failed',
        waivers: [
          { event: 'granted', by: ALICE, reason: 'the fix is on its way' },
          { event: 'revoked', by: BOB },
        ],
      },
      { rev: 1 },
    ])
  })

  it('stops a release that is under way before its next tag', async () => {
    const { outside, digest, id, waive, revoke, pass, at, record } = await quarantined(['v1', 'v2'])
    await waive(digest)
    await act(
      intercepted(
        outside.world,
        once('tagger', 'put', () => revoke(digest)),
      ),
      id(digest),
      'me',
    )
    expect([await at('v1'), await at('v2')]).toEqual([digest, undefined])
    await pass(5)
    expect([await at('v1'), await at('v2')]).toEqual([digest, undefined])
    expect(await record(digest)).toMatchObject({ state: 'degraded', taken: ['v2'], todo: [] })
  })

  it('does not keep us from putting back a tag that we displaced ourselves (rule 8)', async () => {
    const { outside, digest, id, waive, revoke, at } = await quarantined(['v1', 'v2'])
    await waive(digest)
    await revoke(digest)
    await updateImage(outside.world, id(digest), (now) => openTodo({ ...now, displaced: ['v1'] }, 'release'))
    await act(outside.world, id(digest), 'me')
    expect([await at('v1'), await at('v2')]).toEqual([digest, undefined])
  })

  it('gives nothing back that was not given back before; another waiver does', async () => {
    const { digest, waive, revoke, settle, pass, at, record } = await quarantined()
    await waive(digest)
    await revoke(digest)
    await pass(3)
    expect(await at('v1')).toBeUndefined()
    expect(await record(digest)).toMatchObject({ state: 'degraded', taken: ['v1'], todo: [] })
    await waive(digest)
    await settle()
    expect([await at('v1'), (await record(digest))?.taken]).toEqual([digest, []])
  })
})
