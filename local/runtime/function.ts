import { type Instance, startInstance } from './instance.ts'
import type { Outcome } from './outcome.ts'
import type { ClockOffset } from './shifted-date.ts'

export type FunctionOptions = {
  readonly name: string
  readonly arn: string
  /** Module that exports `handler`. */
  readonly entry: URL
  /** Seconds after which a handler is ended, wherever it is. */
  readonly timeout: number
  /** Megabytes of heap. */
  readonly memory: number
  /** How many invocations run at once; more wait. */
  readonly concurrency: number
  readonly env: Readonly<Record<string, string>>
  readonly offset: ClockOffset
  readonly log: (line: string) => void
}

/** A deployed function. */
export interface LambdaFunction {
  readonly name: string
  readonly arn: string
  /** Runs the handler on the event, as JSON, once one of its instances is free. Never throws. */
  invoke(event: unknown): Promise<Outcome>
  /** How many invocations run or wait. */
  running(): number
  /** Ends every instance, also those at work. */
  close(): Promise<void>
}

/** A function whose instances are worker threads, started when needed and replaced once they died. */
export function createFunction(options: FunctionOptions): LambdaFunction {
  const instances = new Set<Instance>()
  const idle: Instance[] = []
  const waiting: (() => void)[] = []
  let busy = 0
  let closed = false

  function takeInstance(): Instance {
    for (let instance = idle.pop(); instance !== undefined; instance = idle.pop()) {
      if (instance.alive) return instance
      instances.delete(instance)
    }
    const { name, arn, entry, memory, offset, timeout, log } = options
    const env = { ...reservedEnv(options), ...options.env }
    const instance = startInstance({ start: { name, arn, entry: entry.href, memory, offset }, timeout, env, log })
    instances.add(instance)
    return instance
  }

  async function freeSlot(): Promise<void> {
    if (busy < options.concurrency) {
      busy += 1
      return
    }
    await new Promise<void>((resolve) => waiting.push(resolve))
  }

  function release(instance: Instance): void {
    if (instance.alive) idle.push(instance)
    else instances.delete(instance)
    const next = waiting.shift()
    if (next === undefined) busy -= 1
    else next()
  }

  return {
    name: options.name,
    arn: options.arn,
    async invoke(event) {
      await freeSlot()
      const instance = takeInstance()
      if (closed) await instance.end()
      const outcome = await instance.invoke(JSON.stringify(event))
      release(instance)
      return outcome
    },
    running: () => busy + waiting.length,
    async close() {
      closed = true
      await Promise.all([...instances].map((instance) => instance.end()))
    },
  }
}

// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
function reservedEnv({ name, memory }: FunctionOptions): Record<string, string> {
  return {
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memory),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
  }
}
