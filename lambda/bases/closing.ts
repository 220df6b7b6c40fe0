/**
 * What an iterable gives, until a signal ends the wait for more; then its reason is thrown. The iterable is told whenever no more is
 * asked of it. `onOutage` is told of what the iterable itself throws.
 */
export async function* closing<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal,
  onOutage: (error: unknown) => void,
): AsyncGenerator<T, void> {
  const iterator = source[Symbol.asyncIterator]()
  let isOpen = true
  try {
    for (;;) {
      signal.throwIfAborted()
      const next = iterator.next().catch((error: unknown) => {
        isOpen = false
        onOutage(error)
        throw error
      })
      const { done, value } = await orAborted(next, signal)
      if (done) {
        isOpen = false
        return
      }
      yield value
    }
  } finally {
    // It may be waiting for what never comes, so nobody waits for it
    if (isOpen) iterator.return?.().catch(() => {})
  }
}

function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const onAbort = () => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  return promise
}
