import { InvokeCommand, type InvokeCommandInput, LambdaClient } from '@aws-sdk/client-lambda'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startLambdaApi } from '../../../local/runtime/lambda-api.ts'
import { testFunction } from './probe-function.ts'

async function start(target = testFunction()) {
  const api = await startLambdaApi({ functions: new Map([['probe', target]]), retryAfter: [0, 0], log: () => {} })
  onTestFinished(() => api.close())
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const client = new LambdaClient({ endpoint: api.url, region: 'us-east-1', credentials })
  const invoke = (input: Partial<InvokeCommandInput>) =>
    client.send(new InvokeCommand({ FunctionName: 'probe', ...input }))
  return { api, invoke }
}

const payload = (event: unknown) => ({ Payload: JSON.stringify(event) })

test.each([
  'probe',
  'probe:$LATEST',
  '000000000000:function:probe',
  'arn:aws:lambda:us-east-1:000000000000:function:probe',
])('%s is invoked and answers', async (FunctionName) => {
  const { invoke } = await start()
  const answer = await invoke({ FunctionName, ...payload({ do: 'echo', x: 1 }) })
  expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' })
  expect(answer.FunctionError).toBeUndefined()
  expect(JSON.parse(answer.Payload!.transformToString()).event).toEqual({ do: 'echo', x: 1 })
})

test('an error of the function is an answer, marked as such', async () => {
  const { invoke } = await start()
  const answer = await invoke(payload({ do: 'throw' }))
  expect(answer).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' })
  expect(JSON.parse(answer.Payload!.transformToString())).toMatchObject({ errorType: 'RangeError' })
})

test('an event is taken at once, and tried three times', async () => {
  const lines: string[] = []
  const { api, invoke } = await start(testFunction({ module: 'always-fails', log: (line) => lines.push(line) }))
  const answer = await invoke({ InvocationType: 'Event', ...payload({}) })
  expect(answer.StatusCode).toBe(202)
  expect(api.pending()).toBe(1)
  await vi.waitFor(() => expect(lines).toEqual(['tried', 'tried', 'tried']), 5000)
  await vi.waitFor(() => expect(api.pending()).toBe(0))
})

test('a dry run runs nothing', async () => {
  const target = testFunction({ module: 'broken' })
  const { invoke } = await start(target)
  expect((await invoke({ InvocationType: 'DryRun' })).StatusCode).toBe(204)
  expect(target.running()).toBe(0)
})

test.each<[string, Partial<InvokeCommandInput>, string]>([
  ['an unknown function', { FunctionName: 'other' }, 'ResourceNotFoundException'],
  ['a payload that is not JSON', { Payload: '{' }, 'InvalidRequestContentException'],
  [
    'a payload over the limit of events',
    { InvocationType: 'Event', Payload: JSON.stringify('x'.repeat(2 ** 20)) },
    'RequestTooLargeException',
  ],
])('%s is refused as by AWS', async (_, input, name) => {
  const { invoke } = await start()
  await expect(invoke(input)).rejects.toMatchObject({ name })
})

test('anything but Invoke is refused', async () => {
  const { api } = await start()
  expect((await fetch(`${api.url}/2015-03-31/functions`)).status).toBe(404)
  const odd = await fetch(`${api.url}/2015-03-31/functions/probe/invocations`, {
    method: 'POST',
    headers: { 'x-amz-invocation-type': 'Later' },
  })
  expect(odd.status).toBe(400)
})
