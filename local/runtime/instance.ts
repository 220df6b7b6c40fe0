import { randomUUID } from 'node:crypto'
import { createInterface } from 'node:readline'
import { Worker } from 'node:worker_threads'
import { describeError, failed, type Outcome, runtimeFailed } from './outcome.ts'
import type { Invocation, Reply, WorkerStart } from './worker-protocol.ts'

/** Lambda gives the code outside the handler ten seconds of its own. */
const INIT_SECONDS = 10
/** The largest answer Lambda passes on: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_PAYLOAD = 6 * 1024 * 1024

export type InstanceOptions = {
  readonly start: WorkerStart
  readonly timeout: number
  readonly env: Readonly<Record<string, string>>
  readonly log: (line: string) => void
}

/** One running copy of a function. It works on one event at a time and is of no more use once `alive` is false. */
export interface Instance {
  readonly alive: boolean
  invoke(event: string): Promise<Outcome>
  end(): Promise<void>
}

type Heard = Reply | { readonly kind: 'late' } | { readonly kind: 'died'; readonly message: string }

/** Starts a worker thread for one function. */
export function startInstance({ start, timeout, env, log }: InstanceOptions): Instance {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: start,
    env: { ...env },
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: start.memory },
  })
  for (const stream of [worker.stdout, worker.stderr]) createInterface({ input: stream }).on('line', log)

  let alive = true
  let hear: (heard: Heard) => void = () => {}
  const die = (message: string) => {
    alive = false
    hear({ kind: 'died', message })
  }
  worker.on('message', (reply: Reply) => hear(reply))
  worker.on('error', (error) => {
    const { errorType, errorMessage, trace } = describeError(error)
    for (const line of trace) log(line)
    die(`${errorType}: ${errorMessage}`)
  })
  worker.on('exit', (code) => die(`Runtime exited with error: exit status ${code}`))

  function listen(seconds: number): Promise<Heard> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => hear({ kind: 'late' }), seconds * 1000)
      hear = (heard) => {
        clearTimeout(timer)
        hear = () => {}
        resolve(heard)
      }
    })
  }

  async function end(): Promise<void> {
    alive = false
    await worker.terminate()
  }

  async function outcomeOf(heard: Heard, requestId: string, seconds: number): Promise<Outcome> {
    switch (heard.kind) {
      case 'answered':
        if (Buffer.byteLength(heard.payload) <= MAX_PAYLOAD) return { ok: true, payload: heard.payload }
        return runtimeFailed('Function.ResponseSizeTooLarge', requestId, `the response is over ${MAX_PAYLOAD} bytes`)
      case 'failed':
        return failed(heard.error)
      case 'late':
        await end()
        return runtimeFailed('Sandbox.Timedout', requestId, `Task timed out after ${seconds.toFixed(2)} seconds`)
      case 'died':
        return runtimeFailed('Runtime.ExitError', requestId, heard.message)
    }
  }

  async function answerTo(event: string, requestId: string): Promise<Heard> {
    if (!alive) return { kind: 'died', message: 'Runtime exited before the invocation' }
    const answer = listen(timeout)
    worker.postMessage({ requestId, deadline: Date.now() + timeout * 1000, event } satisfies Invocation)
    return answer
  }

  const loading = listen(INIT_SECONDS)
  return {
    get alive() {
      return alive
    },
    async invoke(event) {
      const requestId = randomUUID()
      const loaded = await loading
      if (loaded.kind === 'answered') return outcomeOf(await answerTo(event, requestId), requestId, timeout)
      const outcome = await outcomeOf(loaded, requestId, INIT_SECONDS)
      await end()
      return outcome
    },
    end,
  }
}
