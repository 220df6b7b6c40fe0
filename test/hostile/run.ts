import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { deserialize, serialize } from 'node:v8'
import { Worker } from 'node:worker_threads'
import { trustMaterials } from '../../lambda/trust/roots.ts'
import { newCorpus } from './corpus.ts'
import { judge } from './judge.ts'
import { makeMutant } from './make-mutant.ts'
import type { Mutant } from './mutant.ts'
import { merge, type Tally } from './tally.ts'

// npm run test:mutants -- [--count 100000] [--seed 1] [--jobs 2]: judges mutants of good evidence. None may throw, none may be
// a yes to anything but what was signed, none may take a second. Replay one: --seed N --only INDEX (with fresh keys), or
// --replay FILE (the very bytes, from the file that a failing run names).

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '2' },
    only: { type: 'string' },
    replay: { type: 'string' },
  },
})
const seed = Number(values.seed)
/** Of memory still in use after collecting garbage, between a tenth of a thread's mutants and all of them. */
const MAX_GROWTH = 48 * 1024 * 1024
const SHOWN = 20
type Kept = { readonly root: unknown; readonly mutant: Mutant }
type Report =
  | { readonly kind: 'heap'; readonly judged: number; readonly bytes: number }
  | { readonly kind: 'done'; readonly root: unknown; readonly tally: Tally }

if (values.replay !== undefined) {
  const { root, mutant } = deserialize(await readFile(values.replay)) as Kept
  show(judge({ roots: trustMaterials({ test: root }) }, mutant))
} else if (values.only !== undefined) {
  const corpus = newCorpus()
  const mutant = makeMutant(corpus, seed, Number(values.only))
  console.log(`${mutant.kind} of "${mutant.specimen.name}"`)
  show(judge(corpus, mutant))
} else {
  await run(Number(values.count), Number(values.jobs))
}

function show(judgement: ReturnType<typeof judge>): void {
  console.dir(judgement, { depth: 6 })
  process.exitCode = judgement.problem === undefined ? 0 : 1
}

async function run(count: number, jobs: number): Promise<void> {
  const started = performance.now()
  const parts = await Promise.all(Array.from({ length: jobs }, (_, job) => work({ seed, count, jobs, job })))
  const { outcomes, fields, problems, slowest, judged } = merge(parts.map(({ tally }) => tally))
  for (const key of Object.keys(outcomes).sort()) console.log(`${String(outcomes[key]).padStart(7)} ${key}`)
  console.log('\nchanged under a yes, which nothing signs:')
  for (const key of Object.keys(fields).sort()) console.log(`${String(fields[key]).padStart(7)} ${key}`)
  const seconds = (performance.now() - started) / 1000
  console.log(`\n${judged} mutants of seed ${seed} in ${seconds.toFixed(0)} s with ${jobs} jobs`)
  console.log(`slowest: ${slowest.milliseconds.toFixed(0)} ms of CPU, mutant ${slowest.index}, ${slowest.what}`)
  console.log(`peak RSS: ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`)
  for (const { heap } of parts) console.log(`in use after garbage collection: ${heap.map(inMebibytes).join(', ')} MiB`)
  const grown = parts.filter(({ heap }) => (heap.at(-1) ?? 0) - (heap[0] ?? 0) > MAX_GROWTH).length
  if (grown > 0) console.log('memory in use has grown')
  const folder = problems.length > 0 ? await mkdtemp(join(tmpdir(), 'assay-mutants-')) : ''
  for (const { index, what, mutant } of problems.slice(0, SHOWN)) {
    const root = parts[index % jobs]?.root
    const file = join(folder, `${seed}-${index}.v8`)
    await writeFile(file, serialize({ root, mutant } satisfies Kept))
    console.log(`FAILED --seed ${seed} --only ${index}, or --replay ${file}\n  ${what}`)
  }
  const failed = new Set(problems.map(({ index }) => index)).size
  console.log(`${judged - failed} passed, ${failed + grown} failed`)
  process.exitCode = failed + grown === 0 && judged === count ? 0 : 1
}

function work(data: object): Promise<{ root: unknown; tally: Tally; heap: number[] }> {
  return new Promise((done, fail) => {
    const heap: number[] = []
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: data })
    worker.on('error', fail)
    worker.on('message', (report: Report) => {
      if (report.kind === 'heap') {
        heap.push(report.bytes)
        console.error(`${report.judged} judged, ${inMebibytes(report.bytes)} MiB in use`)
      } else done({ root: report.root, tally: report.tally, heap })
    })
  })
}

function inMebibytes(bytes: number): number {
  return Math.round(bytes / 1024 / 1024)
}
