import { describe, expect, it } from 'vitest'
import { getGate, postGate } from '../../lambda/api/gate.ts'
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

async function signed() {
  const outside = await memory()
  const told = story(outside)
  const digest = told.push(app, 'v1')
  await told.sign(digest)
  await told.settle()
  return { outside, ...told, digest }
}

describe('GET /v1/gate', () => {
  it('says yes to the digest that a tag has now, and names it (I4)', async () => {
    const { outside, digest } = await signed()
    const { status, body } = await getGate(outside.world, { image: `${IMAGE}:v1` })
    expect(status).toBe(200)
    expect(body).toMatchObject({ allow: true, because: 'verified', digest, digestRef: `${IMAGE}@${digest}` })
  })

  it('says no to a tag that has moved, whatever it was before', async () => {
    const { outside } = await signed()
    outside.registry.push(NAME, newer, 'v1')
    const { status, body } = await getGate(outside.world, { image: `${IMAGE}:v1` })
    expect([status, body]).toMatchObject([403, { allow: false, state: 'unknown', retryAfter: 5 }])
  })

  it('says no to an unsigned image, and when to ask again', async () => {
    const outside = await memory()
    const { push, settle } = story(outside)
    const digest = push(app, 'v1')
    await settle()
    const { status, body } = await getGate(outside.world, { image: `${IMAGE}@${digest}` })
    expect([status, body]).toMatchObject([403, { state: 'pending', retryAfter: 600 }])
    expect(body).toMatchObject({ reasons: [expect.stringContaining('no-signature')] })
  })

  it('says no to a tag that was taken, and while it is not given back yet', async () => {
    const outside = await memory()
    const { push, pass, sign, settle } = story(outside)
    const digest = push(app, 'v1')
    await pass(13)
    expect((await getGate(outside.world, { image: `${IMAGE}:v1` })).body).toMatchObject({ state: 'failed', digest })
    await sign(digest)
    const slow = failing(outside.world, (port) => port === 'tagger')
    await story(outside, slow).settle()
    expect(await getGate(outside.world, { image: `${IMAGE}:v1` })).toMatchObject({
      status: 403,
      body: { state: 'verified', digest, reasons: ['the tag is still being given back'], retryAfter: 5 },
    })
    expect((await getGate(outside.world, { image: `${IMAGE}@${digest}` })).status).toBe(200)
    outside.advance(60)
    await settle()
    expect((await getGate(outside.world, { image: `${IMAGE}:v1` })).status).toBe(200)
  })

  it('says no when the verdict is a day old', async () => {
    const { outside } = await signed()
    outside.advance(24 * 3600)
    expect((await getGate(outside.world, { image: `${IMAGE}:v1` })).body).toMatchObject({
      allow: false,
      state: 'verified',
    })
  })

  it('says no when the policies are others, at once', async () => {
    const { outside } = await signed()
    const [policy] = policies().policies
    const changed = { ...policies(), policies: [{ ...policy!, name: 'renamed' }] }
    expect((await getGate({ ...outside.world, policies: changed }, { image: `${IMAGE}:v1` })).body).toMatchObject({
      allow: false,
      reasons: ['the policies have changed since the last verdict'],
    })
  })

  it('answers for an environment only of the images in it', async () => {
    const { outside } = await signed()
    const ask = (image: string, environment: string) => getGate(outside.world, { image, environment })
    expect((await ask(`${IMAGE}:v1`, 'prod')).status).toBe(200)
    expect((await ask(`${HOST}/scratch/app:v1`, 'prod')).body).toMatchObject({
      allow: false,
      reasons: ['no Enforcement of environment "prod" covers this image'],
    })
    await expect(ask(`${IMAGE}:v1`, 'production')).rejects.toThrow(
      '"production" is not named by any Enforcement; known: prod',
    )
  })

  it.each([
    ['an unknown image', `${IMAGE}@${digestOf(1)}`],
    ['a registry that is not watched', 'r.example/app'],
    ['a tag that is not there', `${IMAGE}:nothing`],
  ])('says no to %s', async (_, image) => {
    const { world } = await memory()
    expect(await getGate(world, { image })).toMatchObject({ status: 403, body: { allow: false, state: 'unknown' } })
  })

  it('does not answer while the registry does not, and never by the digest of before', async () => {
    const { outside } = await signed()
    const down = failing(outside.world, (port) => port === 'registry')
    await expect(getGate(down, { image: `${IMAGE}:v1` })).rejects.toThrow(Unavailable)
  })

  it('refuses a question without an image', async () => {
    const { world } = await memory()
    await expect(getGate(world, {})).rejects.toThrow(BadInput)
  })
})

describe('POST /v1/gate', () => {
  it('says yes only if every image may be deployed, and answers for each', async () => {
    const { outside, digest, push, settle } = await signed()
    push(newer, 'v2')
    await settle()
    const both = await postGate(outside.world, { images: [`${IMAGE}:v1`, `${IMAGE}:v2`] })
    expect(both).toMatchObject({
      status: 403,
      body: {
        allow: false,
        images: [
          { image: `${IMAGE}:v1`, allow: true, digest },
          { allow: false, state: 'pending' },
        ],
      },
    })
    const one = await postGate(outside.world, { images: [`${IMAGE}:v1`], environment: 'prod' })
    expect(one).toMatchObject({ status: 200, body: { allow: true } })
  })

  it.each([
    [{}],
    [null],
    [{ images: [] }],
    [{ images: 'x' }],
    [{ images: [1] }],
    [{ images: Array.from({ length: 51 }, () => 'a') }],
    [{ images: ['a'], environment: 1 }],
    [{ images: ['a'], env: 'prod' }],
    [{ images: ['a b'] }],
  ])('refuses %j', async (body) => {
    const { world } = await memory()
    await expect(postGate(world, body)).rejects.toThrow(BadInput)
  })
})

it('names a registry that is not watched, and does not ask to come again', async () => {
  const { world } = await memory()
  const { status, body } = await getGate(world, { image: 'elsewhere.example/app:v1' })
  expect([status, body]).toEqual([
    403,
    { allow: false, state: 'unknown', reasons: [expect.stringContaining('elsewhere.example is not watched')] },
  ])
})

it('says of an image that is gone that it is gone, without asking to come again', async () => {
  const outside = await memory()
  const { push, settle, pass } = story(outside)
  const digest = push(app, 'v1')
  await settle()
  await outside.registry.tagger.remove(NAME, 'v1', digest)
  await pass(15)
  const { body } = await getGate(outside.world, { image: `${IMAGE}@${digest}` })
  expect(body).toMatchObject({ allow: false, reasons: expect.arrayContaining([expect.stringContaining('no longer')]) })
  expect(body).not.toHaveProperty('retryAfter')
})
