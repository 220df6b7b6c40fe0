/** Runs tasks of the same key one after the other. */
export type Lock = <T>(key: string, task: () => Promise<T>) => Promise<T>

export function createLock(): Lock {
  const last = new Map<string, Promise<unknown>>()

  return async (key, task) => {
    const before = last.get(key)
    const run = before === undefined ? task() : before.then(task, task)
    last.set(key, run)
    try {
      return await run
    } finally {
      if (last.get(key) === run) last.delete(key)
    }
  }
}
