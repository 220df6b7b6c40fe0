import { startRegistry } from '../../../local/registry/server.ts'

// Started as a process of its own by restart.test.ts, which kills it.
const [dir = ''] = process.argv.slice(2)
const { url } = await startRegistry({ dir, port: 0, now: () => new Date(), onEvent: async () => {} })
process.stdout.write(`${url}\n`)
