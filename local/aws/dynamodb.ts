import { ClassicLevel } from 'classic-level'
import dynalite from 'dynalite'
import { listen } from '../runtime/listen.ts'

export type DynamoDb = { readonly url: string; close(): Promise<void> }

/** Starts dynalite on a folder, its indexes empty: fill them with `rebuildIndexes` before anything reads them. */
export async function startDynamoDb(path: string): Promise<DynamoDb> {
  await dropIndexes(path)
  const server = dynalite({ path, createTableMs: 0 })
  const url = await listen(server, 0)
  return {
    url,
    async close() {
      const closed = new Promise<void>((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()))
      })
      server.closeAllConnections()
      await closed
    },
  }
}

// dynalite writes index entries and item one by one, so a kill can leave an entry for an item that never came.
async function dropIndexes(path: string): Promise<void> {
  const database = new ClassicLevel(path)
  await database.open()
  await database.clear({ gte: 'index-', lt: 'index.' })
  await database.close()
}
