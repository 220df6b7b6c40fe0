import type { Clock, StatusStore } from '../../lambda/ports.ts'
import { memoryStore } from './store.ts'

/** Seconds that an index is behind: far longer than DynamoDB's usually are. */
const LAG = 5

/** The status table in memory, its indexes as they were some seconds ago; what is read by key is as it is now. */
export function staleStore(now: Clock): StatusStore {
  const table = memoryStore()
  const index = memoryStore()
  const behind: { readonly from: number; readonly write: () => Promise<boolean> }[] = []

  /** The same write reaches the indexes later, and in the same order, so that its condition holds there too. */
  async function writeBoth(write: (store: StatusStore) => Promise<boolean>): Promise<boolean> {
    if (!(await write(table))) return false
    behind.push({ from: now().getTime() + LAG * 1000, write: () => write(index) })
    return true
  }

  async function indexes(): Promise<StatusStore> {
    while (behind[0] !== undefined && behind[0].from <= now().getTime()) await behind.shift()?.write()
    return index
  }

  return {
    ...table,
    putImage: (record, expected) => writeBoth((store) => store.putImage(record, expected)),
    putTag: (record, expected) => writeBoth((store) => store.putTag(record, expected)),
    tagsOf: async (id) => (await indexes()).tagsOf(id),
    images: async (query) => (await indexes()).images(query),
    due: async (at, limit) => (await indexes()).due(at, limit),
    waived: async (at, limit, cursor) => (await indexes()).waived(at, limit, cursor),
  }
}
