/** Chunks as a registry would send them, and what became of the sending. */
export type Source = AsyncIterable<Uint8Array> & { readonly seen: { asked: number; sent: number; isClosed: boolean } }

export function sourceOf(chunks: Iterable<Uint8Array>, at?: (asked: number) => Promise<void> | void): Source {
  const seen = { asked: 0, sent: 0, isClosed: false }
  return {
    seen,
    [Symbol.asyncIterator]: () => {
      const iterator = chunks[Symbol.iterator]()
      return {
        async next() {
          seen.asked++
          await at?.(seen.asked)
          const next = iterator.next()
          if (!next.done) seen.sent += next.value.length
          return next
        },
        async return() {
          seen.isClosed = true
          return { done: true, value: undefined }
        },
      }
    },
  }
}

/** Bytes that no compression makes fewer, the same each time. */
export function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length)
  let state = 1
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    bytes[at] = state >>> 24
  }
  return bytes
}
