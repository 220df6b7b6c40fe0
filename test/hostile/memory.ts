import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { FUNCTIONS, QUEUES } from '../../lambda/resources.ts'
import { CASES } from './memory/cases.ts'
import { KEYS } from './memory/fill.ts'
import type { Judgement } from './memory/judge.ts'
import { LAYER_CASES } from './memory/layer-cases.ts'
import { type Repository, serveRepository } from './memory/repository.ts'

// npm run test:memory [-- PART OF A NAME]: repositories made to exhaust whoever reads them, judged by a process that may use what the verify
// function has: once, and as many times at once as a batch holds. Each must end as told, in the function's memory and time.

const MIB = 1024 * 1024
const { memory, timeout } = FUNCTIONS.verify
const JUDGE = fileURLToPath(new URL('./memory/judge.ts', import.meta.url))
const run = promisify(execFile)

let failed = 0
const [, , named = ''] = process.argv
const cases = [...CASES, ...LAYER_CASES].filter(({ name }) => name.includes(named))
for (const { name, fill, asks = '', bases, ends } of cases) {
  const contents: Repository = new Map()
  const digest = fill(contents)
  const known = bases?.(contents) ?? []
  const { host, close } = await serveRepository(contents)
  for (const times of [1, QUEUES.verify.batch]) {
    const said = await judge({ host, digest, asks, known, times })
    const good =
      typeof said !== 'string' &&
      said.ends.every((end) => end === ends) &&
      said.peak < memory * MIB &&
      said.took < timeout * 1000
    if (!good) failed++
    const told =
      typeof said === 'string'
        ? said
        : `${Math.round(said.peak / MIB)} MiB, ${(said.took / 1000).toFixed(1)} s, ${[...new Set(said.ends)].join()}`
    console.log(`${good ? 'ok    ' : 'FAILED'} ${name} × ${times}: ${told}`)
  }
  close()
}
console.log(`${cases.length * 2 - failed} passed, ${failed} failed; ${memory} MiB and ${timeout} s are allowed`)
process.exitCode = failed === 0 ? 0 : 1

type Asked = {
  readonly host: string
  readonly digest: string
  readonly asks: string
  readonly known: readonly string[]
  readonly times: number
}

/** What came of it, or what ended the process. */
async function judge({ host, digest, asks, known, times }: Asked): Promise<Judgement | string> {
  // V8 collects more eagerly near its limit; a function's is below its memory
  const heap = `--max-old-space-size=${Math.floor(memory * 0.75)}`
  const args = [
    heap,
    JUDGE,
    '--host',
    host,
    '--digest',
    digest,
    `--key=${KEYS.publicKey}`,
    `--asks=${asks}`,
    `--bases=${known.join()}`,
    '--times',
    String(times),
  ]
  try {
    const { stdout } = await run(process.execPath, args, { maxBuffer: MIB, timeout: 2 * timeout * 1000 })
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Judgement
  } catch (error) {
    const lines = String(error).split('\n')
    return (
      lines.find((line) => /FATAL|Error/.test(line) && !line.includes('Command failed')) ?? lines.slice(0, 3).join(' ')
    )
  }
}
