import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const ASSAY = fileURLToPath(new URL('../../cli/assay.mjs', import.meta.url))
const READY = 'Assay is watching'

/** `assay start` as a person runs it, to be ended by SIGKILL. */
export type StackProcess = {
  /** Once it answers; rejects with what it printed where it ends before that. */
  readonly ready: Promise<void>
  /** Ends every process of it at once and is done when they are gone; rejects where it had ended by itself. */
  kill(): Promise<void>
}

const running = new Set<ChildProcess>()
process.on('exit', () => running.forEach(killGroup))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

/** Starts it in a process group of its own: on an old Node the command line hands over to a second process. */
export function spawnStack(env: Readonly<Record<string, string>>): StackProcess {
  const child = spawn(process.execPath, [ASSAY, 'start'], {
    detached: true,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  const ended = once(child, 'exit').then(() => void running.delete(child))
  let printed = ''
  const ready = new Promise<void>((done, fail) => {
    const read = (chunk: Buffer) => {
      printed += chunk.toString()
      if (printed.includes(READY)) done()
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    void ended.then(() => fail(new Error(`the stack ended before it was ready: ${printed}`)))
  })
  // Whoever kills it while it starts waits for nothing
  ready.catch(() => {})
  return {
    ready,
    async kill() {
      if (!running.has(child)) throw new Error(`the stack ended by itself: ${printed}`)
      killGroup(child)
      await ended
    },
  }
}

function killGroup({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, 'SIGKILL')
}
