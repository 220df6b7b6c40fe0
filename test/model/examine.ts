import { Worker } from 'node:worker_threads'
import type { Report } from './examine-situation.ts'
import type { Order } from './workbench.ts'

/** In a thread of its own: an edit is for that thread alone, and so is what it remembers. */
export function examine(order: Order): Promise<Report> {
  return new Promise((done, fail) => {
    const worker = new Worker(new URL('./workbench.ts', import.meta.url), { workerData: order })
    worker.on('error', fail)
    worker.on('message', done)
  })
}
