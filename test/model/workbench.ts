import { registerHooks } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import type { Walks } from './examine-situation.ts'
import type { Situation } from './situation.ts'
import type { Edit } from './variants.ts'

/** What is to be examined, and by what code: the sources, each with its edits. */
export type Order = { readonly situation: Situation; readonly edits: readonly Edit[] } & (
  | { readonly most: number }
  | { readonly walks: Walks }
)

const order = workerData as Order

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    const here = order.edits.filter(({ file }) => url.endsWith(`/${file}`))
    if (here.length === 0) return loaded
    return { ...loaded, source: here.reduce(edited, Buffer.from(loaded.source as Uint8Array).toString()) }
  },
})

function edited(source: string, { file, from, to }: Edit): string {
  const [before, after, ...more] = source.split(from)
  if (before === undefined || after === undefined || more.length > 0) throw new Error(`${file} has not once: ${from}`)
  return before + to + after
}

// Only now: what is imported is the code as edited
const { exploreSituation, walkSituation } = await import('./examine-situation.ts')
const { situation } = order
const report = 'walks' in order ? walkSituation(situation, order.walks) : exploreSituation(situation, order.most)
parentPort?.postMessage(await report)
