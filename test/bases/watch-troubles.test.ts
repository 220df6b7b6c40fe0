import { describe, expect, it } from 'vitest'
import { Unavailable } from '../../lambda/errors.ts'
import { awaitedBases } from '../../lambda/reconciling/awaited-bases.ts'
import { lastRound } from '../../lambda/reconciling/watch-round.ts'
import { NODE, OS } from './based.ts'
import { elsewhere, GOLDEN, OTHER, watching } from './elsewhere.ts'

const many = (count: number) => Array.from({ length: count }, (_, n) => `node:${n}`)

describe('what a person should look at', () => {
  it('is a tag that is not there, and one whose registry does not answer, until they are and it does', async () => {
    let isDown = true
    const { push, look, minutes, world } = await elsewhere(
      [watching(GOLDEN, ['node:latest', 'node:never']), watching(OTHER, ['os:latest'])],
      (call) => (isDown && call.includes(OTHER) ? new Unavailable(OTHER, 'no answer') : undefined),
    )
    const troubles = async () => (await lastRound(world))?.troubles
    await push('node', [OS, NODE])
    await look()
    expect(await troubles()).toEqual([
      { base: `${GOLDEN}/node:never`, why: 'there is no such tag' },
      { base: `${OTHER}/os:latest`, why: `${OTHER}: no answer` },
    ])
    await push('node', [OS, NODE], 'never')
    await push('os', [OS], 'latest', true, OTHER)
    isDown = false
    minutes(15)
    await look()
    expect(await troubles()).toEqual([])
  })

  it('is told of at most 20 tags', async () => {
    const { look, world } = await elsewhere([
      watching(
        GOLDEN,
        Array.from({ length: 60 }, (_, n) => `node:${n}`),
      ),
    ])
    await look()
    await look()
    expect((await lastRound(world))?.troubles).toHaveLength(20)
  })

  it('is a tag of a registry that is not read, and one whose image could not be judged', async () => {
    const { push, look, settle, minutes, outside, world } = await elsewhere([
      watching('third.example', ['a:latest']),
      watching(GOLDEN, ['node:latest']),
    ])
    const digest = await push('node', [OS, NODE])
    await look()
    await settle()
    const record = (await outside.world.store.image({ host: GOLDEN, name: 'node', digest }))!
    const lastError = { at: '2026', message: 'too large' }
    await outside.world.store.putImage(
      { ...record, version: record.version + 1, state: 'error', lastError },
      record.version,
    )
    minutes(15)
    await look()
    expect((await lastRound(world))?.troubles).toEqual([
      { base: `${GOLDEN}/node:latest`, why: 'too large' },
      { base: 'third.example/a:latest', why: 'registry third.example is not read' },
    ])
  })
})

it('of many tags that nobody has judged yet one is told of for each set of BaseImages that may vouch for them', async () => {
  const { world } = await elsewhere([watching(GOLDEN, many(60)), watching(OTHER, ['os:latest', 'os:1'])])
  const why = (tag: string) => `${tag}, which a BaseImage watches, has not been judged yet`
  expect(await awaitedBases(world)).toEqual([
    { by: ['of-golden-60'], why: why(`${GOLDEN}/node:0`) },
    { by: ['of-other-2'], why: why(`${OTHER}/os:latest`) },
  ])
})
