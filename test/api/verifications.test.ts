import { LambdaClient } from '@aws-sdk/client-lambda'
import { describe, expect, it } from 'vitest'
import { lambdaInvoke } from '../../lambda/api/lambda-invoke.ts'
import { postVerification } from '../../lambda/api/verifications.ts'
import { BadInput } from '../../lambda/core/bad-input.ts'
import { Misconfigured, Unavailable } from '../../lambda/errors.ts'
import { answering } from '../memory/answering.ts'
import { runnable } from '../memory/images.ts'
import { story } from '../memory/story.ts'
import { HOST, memory, NAME } from '../memory/world.ts'

const IMAGE = `${HOST}/${NAME}`
type Asked = { readonly FunctionName: string; readonly InvocationType: string; readonly Payload: Uint8Array }

describe('POST /v1/verifications', () => {
  it('asks the verify function, and does not wait', async () => {
    const { world } = await memory()
    const asked: unknown[] = []
    const invoke = async (payload: unknown, wait: boolean) => void asked.push([payload, wait])
    expect(await postVerification(world, invoke, { image: `localhost:5500/${NAME}` })).toEqual({
      status: 202,
      body: { image: `${IMAGE}:latest`, accepted: true },
    })
    expect(asked).toEqual([[{ verify: `${IMAGE}:latest` }, false]])
  })

  it('with wait answers with the status', async () => {
    const outside = await memory()
    const { push, settle } = story(outside)
    const digest = push(runnable('a'), 'v1')
    const answer = await postVerification(outside.world, settle, { image: `${IMAGE}:v1`, wait: true })
    expect(answer).toMatchObject({ status: 200, body: { digest, state: 'pending' } })
    expect(await postVerification(outside.world, settle, { image: `${IMAGE}:v2`, wait: true })).toMatchObject({
      status: 404,
    })
  })

  it.each([
    [{}, 'give {"image"'],
    [{ image: 1 }, 'body'],
    [{ image: `${IMAGE}`, wait: 'yes' }, 'wait'],
    [{ image: `${IMAGE}`, force: true }, 'force'],
    [{ image: '' }, 'image is missing'],
    [{ image: 'r.example/app' }, `registry r.example is not watched; watched: ${HOST}`],
  ])('refuses %j, and asks nobody', async (body, message) => {
    const { world } = await memory()
    const invoke = () => Promise.reject(new Error('asked'))
    await expect(postVerification(world, invoke, body)).rejects.toThrow(BadInput)
    await expect(postVerification(world, invoke, body)).rejects.toThrow(message)
  })
})

describe('the verify function, through Lambda', () => {
  it.each([
    [true, 'RequestResponse'],
    [false, 'Event'],
  ])('waited for %s is invoked as %s', async (wait, type) => {
    const { client, sent } = answering(new LambdaClient({ region: 'eu-west-1' }), () => ({ StatusCode: 200 }))
    await lambdaInvoke(client, 'verify', 'verify')({ verify: 'x' }, wait)
    const { FunctionName, InvocationType, Payload } = sent[0] as Asked
    expect([FunctionName, InvocationType, Buffer.from(Payload).toString()]).toEqual(['verify', type, '{"verify":"x"}'])
  })

  it('says why it failed, in no more than some words', async () => {
    const Payload = Buffer.from(`{"errorMessage":"broken ${'x'.repeat(5000)}"}`)
    const { client } = answering(new LambdaClient({ region: 'eu-west-1' }), () => ({
      FunctionError: 'Unhandled',
      Payload,
    }))
    const failed = await lambdaInvoke(client, 'verify', 'verify')({}, true).catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(Unavailable)
    expect(String(failed)).toMatch(/^Unavailable: could not verify: broken x/)
    expect(String(failed).length).toBeLessThan(700)
  })

  it.each([
    ['', 'no reason is told'],
    ['{"other": 1}', '{"other": 1}'],
    ['broken', 'broken'],
  ])('says what there is where it told %j', async (payload, text) => {
    const { client } = answering(new LambdaClient({ region: 'eu-west-1' }), () => ({
      FunctionError: 'Unhandled',
      Payload: Buffer.from(payload),
    }))
    await expect(lambdaInvoke(client, 'verify', 'verify')({}, true)).rejects.toThrow(`could not verify: ${text}`)
  })

  it.each([
    ['ResourceNotFoundException', Misconfigured],
    ['TooManyRequestsException', Unavailable],
  ])('an answer of %s is thrown as what it means to us', async (name, kind) => {
    const { client } = answering(new LambdaClient({ region: 'eu-west-1' }), () => {
      throw Object.assign(new Error('no'), { name })
    })
    await expect(lambdaInvoke(client, 'verify', 'verify')({}, true)).rejects.toThrow(kind)
  })
})
