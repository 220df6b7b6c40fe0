import { parentPort, workerData } from 'node:worker_threads'
import type { Context } from 'aws-lambda'
import { describeError } from './outcome.ts'
import { shiftedDate } from './shifted-date.ts'
import type { Invocation, Reply, WorkerStart } from './worker-protocol.ts'

type Handler = (event: unknown, context: LambdaContext) => unknown
// Lambda's Node 24 runtime has no callbacks: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html
type LambdaContext = Omit<Context, 'done' | 'fail' | 'succeed'>

const start: WorkerStart = workerData
const machineNow = Date.now
globalThis.Date = shiftedDate(Date, start.offset)

function contextOf({ requestId, deadline }: Invocation): LambdaContext {
  return {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: false,
    functionName: start.name,
    functionVersion: '$LATEST',
    getRemainingTimeInMillis: () => Math.max(0, deadline - machineNow()),
    invokedFunctionArn: start.arn,
    logGroupName: `/aws/lambda/${start.name}`,
    logStreamName: 'local',
    memoryLimitInMB: String(start.memory),
  }
}

async function loadHandler(): Promise<Handler> {
  const module: { readonly handler?: Handler } = await import(start.entry)
  if (typeof module.handler !== 'function') throw new TypeError(`${start.entry} exports no function named handler`)
  return module.handler
}

async function run(handler: Handler, invocation: Invocation): Promise<Reply> {
  try {
    const result = await handler(JSON.parse(invocation.event), contextOf(invocation))
    return { kind: 'answered', payload: JSON.stringify(result) ?? 'null' }
  } catch (error) {
    return { kind: 'failed', error: describeError(error) }
  }
}

function send(reply: Reply): void {
  parentPort?.postMessage(reply)
}

try {
  const handler = await loadHandler()
  parentPort?.on('message', (invocation: Invocation) => void run(handler, invocation).then(send))
  send({ kind: 'answered', payload: '' })
} catch (error) {
  send({ kind: 'failed', error: describeError(error) })
}
