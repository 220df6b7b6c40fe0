import { describe, expect, it } from 'vitest'
import { getStatus } from '../../lambda/api/status.ts'
import { BadInput } from '../../lambda/core/bad-input.ts'
import { Unavailable } from '../../lambda/errors.ts'
import { digest as digestOf } from '../core/records.ts'
import { failing } from '../memory/faults.ts'
import { runnable } from '../memory/images.ts'
import { story } from '../memory/story.ts'
import { HOST, memory, NAME, policies } from '../memory/world.ts'

const app = runnable('app')
const newer = runnable('newer')
const IMAGE = `${HOST}/${NAME}`

describe('GET /v1/status', () => {
  it('by tag: the digest that the tag has now', async () => {
    const outside = await memory()
    const { push, settle } = story(outside)
    const digest = push(app, 'v1')
    await settle()
    const { status, body } = await getStatus(outside.world, { image: `${IMAGE}:v1` })
    expect(status).toBe(200)
    expect(body).toMatchObject({ image: `${IMAGE}:v1`, tag: 'v1', digest, state: 'pending', quarantined: false })
  })

  it('by digest', async () => {
    const outside = await memory()
    const { push, settle } = story(outside)
    const digest = push(app, 'v1')
    await settle()
    const { body } = await getStatus(outside.world, { image: `${IMAGE}@${digest}` })
    expect(body).toMatchObject({ image: IMAGE, digest, state: 'pending' })
    expect(body).not.toHaveProperty('tag')
  })

  it('by tag and digest: the digest counts', async () => {
    const outside = await memory()
    const { push, settle } = story(outside)
    const digest = push(app, 'v1')
    push(newer, 'v1')
    await settle()
    expect((await getStatus(outside.world, { image: `${IMAGE}:v1@${digest}` })).body).toMatchObject({ digest })
  })

  it('by the tag we took: the digest it was taken from', async () => {
    const outside = await memory()
    const { push, pass } = story(outside)
    const digest = push(app, 'v1')
    await pass(13)
    const { status, body } = await getStatus(outside.world, { image: `${IMAGE}:v1` })
    expect([status, body]).toMatchObject([200, { digest, state: 'failed', quarantined: true, tag: 'v1' }])
    expect((await getStatus(outside.world, { image: `${IMAGE}@${digest}` })).body).toMatchObject({ quarantined: true })
  })

  it('by a tag that was left while another was taken', async () => {
    const outside = await memory({ policies: policies('onFailure: quarantine, protect: ["**:latest"]') })
    const { push, pass } = story(outside)
    const digest = push(app, 'v1')
    push(app, 'latest')
    await pass(13)
    const ask = async (tag: string) => (await getStatus(outside.world, { image: `${IMAGE}:${tag}` })).body
    expect(await ask('latest')).toMatchObject({ digest, state: 'failed', quarantined: false })
    expect(await ask('v1')).toMatchObject({ digest, state: 'failed', quarantined: true })
  })

  it('by a tag that is back: no longer quarantined', async () => {
    const outside = await memory()
    const { push, pass, sign } = story(outside)
    const digest = push(app, 'v1')
    await pass(13)
    await sign(digest)
    await pass(2)
    expect((await getStatus(outside.world, { image: `${IMAGE}:v1` })).body).toMatchObject({
      digest,
      state: 'verified',
      quarantined: false,
    })
  })

  it('by a tag that has moved: never the verdict of before (I4)', async () => {
    const outside = await memory()
    const { push, sign, pass } = story(outside)
    const digest = push(app, 'v1')
    await sign(digest)
    await pass(1)
    const moved = outside.registry.push(NAME, newer, 'v1')
    const { status, body } = await getStatus(outside.world, { image: `${IMAGE}:v1` })
    expect([status, body]).toMatchObject([404, { state: 'unknown', digest: moved }])
  })

  it('by a tag that has moved off the image it was taken from', async () => {
    const outside = await memory()
    const { push, pass } = story(outside)
    push(app, 'v1')
    await pass(13)
    const moved = push(newer, 'v1')
    await pass(1)
    expect((await getStatus(outside.world, { image: `${IMAGE}:v1` })).body).toMatchObject({
      digest: moved,
      state: 'pending',
      quarantined: false,
    })
  })

  it.each([
    ['an unknown tag', `${IMAGE}:nothing`],
    ['an unknown digest', `${IMAGE}@${digestOf(1)}`],
    ['an unknown repository', `${HOST}/nothing`],
    ['a registry that is not watched', 'r.example/app:v1'],
  ])('%s is unknown', async (_, image) => {
    const { world } = await memory()
    const { status, body } = await getStatus(world, { image })
    expect([status, body]).toMatchObject([404, { state: 'unknown', quarantined: false }])
  })

  it.each([[undefined], [''], ['no spaces'], [`${IMAGE}:`]])('refuses %j', async (image) => {
    const { world } = await memory()
    await expect(getStatus(world, { image })).rejects.toThrow(BadInput)
  })

  it('does not answer for a tag while its registry does not', async () => {
    const { world } = await memory()
    const down = failing(world, (port) => port === 'registry')
    await expect(getStatus(down, { image: `${IMAGE}:v1` })).rejects.toThrow(Unavailable)
  })

  // The mark stays on the tag where it is not given back, and is believed as soon as the tag is gone
  it('by a tag that a newer image took and lost again: it is not ours any more', async () => {
    const outside = await memory()
    const { push, sign, pass } = story(outside)
    const digest = push(app, 'v1')
    await pass(13)
    const other = push(newer, 'v1')
    await sign(other)
    await sign(digest)
    await pass(2)
    await outside.registry.tagger.remove(NAME, 'v1', other)
    expect((await getStatus(outside.world, { image: `${IMAGE}:v1` })).status).toBe(404)
  })
})
