const QUOTE = 0x22
const BACKSLASH = 0x5c
const STRUCTURAL = new Uint8Array(256)
for (const sign of '[{,:') STRUCTURAL[sign.charCodeAt(0)] = 1

/**
 * How many signs of structure (`[`, `{`, `,`, `:`) a JSON text has outside of its strings; it holds at most one value more.
 * Nothing is built, so it can be asked before parsing: a short value takes ten to twenty times the memory of its bytes.
 */
export function jsonSize(bytes: Uint8Array): number {
  let size = 0
  let inString = false
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte === QUOTE) inString = !inString
    else if (!inString) size += STRUCTURAL[byte] ?? 0
    else if (byte === BACKSLASH) at++
  }
  return size
}

/** How a JSON text is more than is read, for a message; undefined where it is not. */
export function sizeFault(bytes: Uint8Array, limit: number): string | undefined {
  const size = jsonSize(bytes)
  return size > limit ? `${size} brackets, colons and commas; at most ${limit} are read` : undefined
}
