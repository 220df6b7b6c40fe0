/** Runs a task when those before it under the same key are done, however they ended. */
export type Lock = <T>(key: string, task: () => Promise<T>) => Promise<T>

/** Makes a lock for tasks of this process. */
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
