/** Has work wait for its turn. Who waits until the signal begins without one: there is nothing left to do but to say so. */
export type Turns = <T>(work: () => Promise<T>, signal?: AbortSignal) => Promise<T>

/** So many turns at a time. Who takes longer than so many seconds holds up nobody else. */
export function turns(atOnce: number, seconds: number): Turns {
  const waiting: (() => void)[] = []
  let free = atOnce

  function pass(): void {
    const next = waiting.shift()
    if (next === undefined) free++
    else next()
  }

  /** Whether a turn has come. */
  async function turn(signal: AbortSignal | undefined): Promise<boolean> {
    if (signal?.aborted) return false
    if (free > 0) {
      free--
      return true
    }
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const go = () => resolve(true)
    waiting.push(go)
    const leave = () => {
      const place = waiting.indexOf(go)
      if (place >= 0) waiting.splice(place, 1)
      resolve(false)
    }
    signal?.addEventListener('abort', leave, { once: true })
    return promise.finally(() => signal?.removeEventListener('abort', leave))
  }

  return async (work, signal) => {
    let isOver = !(await turn(signal))
    const end = () => {
      if (!isOver) pass()
      isOver = true
    }
    const timer = setTimeout(end, seconds * 1000)
    try {
      return await work()
    } finally {
      clearTimeout(timer)
      end()
    }
  }
}
