import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ENV } from '../../lambda/env.ts'
import { FUNCTIONS, QUEUES } from '../../lambda/resources.ts'
import { arnOf } from '../aws/account.ts'
import type { LocalAws } from '../aws/aws.ts'
import type { WorkQueueName } from '../aws/queues.ts'
import { startEventSource } from '../runtime/event-source.ts'
import { createFunction, type LambdaFunction } from '../runtime/function.ts'
import { startLambdaApi } from '../runtime/lambda-api.ts'
import { openLogFile } from '../runtime/log-file.ts'
import type { QueueReader } from '../runtime/queue-reader.ts'
import type { ClockOffset } from '../runtime/shifted-date.ts'

export type FunctionName = keyof typeof FUNCTIONS

export type FunctionsOptions = {
  readonly aws: LocalAws
  /** Beside what `aws` brings along. */
  readonly env: Readonly<Record<string, string>>
  readonly folder: string
  readonly offset: ClockOffset
  readonly log: (line: string) => void
}

export interface Functions {
  readonly byName: Readonly<Record<FunctionName, LambdaFunction>>
  /** Whether any function runs, or an invocation waits for its turn. */
  busy(): boolean
  close(): Promise<void>
}

// How many workers a laptop gives to each function.
const CONCURRENCY: Readonly<Record<FunctionName, number>> = { verify: 2, act: 2, sweep: 1, api: 4, trust: 1 }
/** Seconds before a failed event is tried again; AWS lets minutes pass. */
const RETRY_AFTER = [5, 10]
/** Milliseconds that functions get to finish when the stack closes; their work is done again at the next start. */
const GRACE = 5000

/** Starts the functions, the queues that feed them and the Lambda API by which they call each other. */
export async function startFunctions({ aws, env, folder, offset, log }: FunctionsOptions): Promise<Functions> {
  const logs = join(folder, 'logs')
  await mkdir(logs, { recursive: true })
  const deployed = new Map<string, LambdaFunction>()
  const lambda = await startLambdaApi({ functions: deployed, retryAfter: RETRY_AFTER, log })
  const files: { close(): Promise<void> }[] = []

  function deploy(name: FunctionName): LambdaFunction {
    const file = openLogFile(join(logs, `${name}.log`))
    files.push(file)
    const { entry, timeout, memory } = FUNCTIONS[name]
    const created = createFunction({
      name,
      arn: arnOf('lambda', `function:${name}`),
      entry: new URL(`../../${entry}`, import.meta.url),
      timeout,
      memory,
      concurrency: CONCURRENCY[name],
      env: { ...aws.env, ...env, ...queueEnv(name), ...kmsEnv(), AWS_ENDPOINT_URL_LAMBDA: lambda.url },
      offset,
      log: (line) => file.write(line),
    })
    deployed.set(name, created)
    return created
  }

  function feed(name: WorkQueueName): QueueReader {
    const { url, arn } = aws.queues[name]
    return startEventSource({
      client: aws.sqs,
      url,
      queueArn: arn,
      function: byName[name],
      batch: QUEUES[name].batch,
      concurrency: CONCURRENCY[name],
      log,
    })
  }

  const byName = {
    verify: deploy('verify'),
    act: deploy('act'),
    sweep: deploy('sweep'),
    api: deploy('api'),
    trust: deploy('trust'),
  }
  const sources = [feed('verify'), feed('act')]
  const all = Object.values(byName)
  return {
    byName,
    busy: () => lambda.pending() > 0 || all.some((deployed) => deployed.running() > 0),
    async close() {
      const drained = Promise.all(sources.map((source) => source.close()))
      await Promise.race([drained, pause(GRACE, undefined, { ref: false })])
      await Promise.all(all.map((deployed) => deployed.close()))
      await Promise.all([drained, lambda.close()])
      await Promise.all(files.map((file) => file.close()))
    },
  }
}

function queueEnv(name: FunctionName): Record<string, string> {
  if (name !== 'verify' && name !== 'act') return {}
  return { [ENV.maxReceives]: String(QUEUES[name].maxReceives) }
}

// There is no KMS on a laptop: one is asked only where the person names it
function kmsEnv(): Record<string, string> {
  const { AWS_ENDPOINT_URL_KMS } = process.env
  return AWS_ENDPOINT_URL_KMS ? { AWS_ENDPOINT_URL_KMS } : { [ENV.kms]: 'none' }
}
