import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { parentPort, workerData } from 'node:worker_threads'
import { newCorpus } from './corpus.ts'
import { emptyTally, judgeOne } from './tally.ts'

// One thread of run.ts: judges every `jobs`-th mutant and reports, ten times on the way, how much memory stays in use

const { seed, count, jobs, job } = workerData as { seed: number; count: number; jobs: number; job: number }
setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
const corpus = newCorpus()
const tally = emptyTally()
const every = Math.max(1, Math.floor(count / jobs / 10))

for (let index = job; index < count; index += jobs) {
  judgeOne(corpus, seed, index, tally, true)
  if (tally.judged % every === 0) {
    collectGarbage()
    parentPort?.postMessage({ kind: 'heap', judged: tally.judged, bytes: process.memoryUsage().heapUsed })
  }
}
parentPort?.postMessage({ kind: 'done', root: corpus.root, tally })
