const REPLACEMENT = '\ufffd'
/** No Linux file system has longer ones (limits.h: PATH_MAX with its NUL, NAME_MAX). */
const MAX_PATH = 4_095
const MAX_NAME = 255

/**
 * A file name as text. Names are bytes to a file system: those that are no UTF-8 become half characters, U+DC80 to U+DCFF,
 * one a byte (as Python's surrogateescape does), so that two names never look the same.
 */
export function decodeName(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const text = buffer.toString('utf8')
  return text.includes(REPLACEMENT) ? escaped(buffer) : text
}

/** The bytes of a name that `decodeName` gave. */
export function encodeName(name: string): Buffer {
  if (name.isWellFormed()) return Buffer.from(name, 'utf8')
  const parts = Array.from(name, (character) =>
    character.isWellFormed() ? Buffer.from(character, 'utf8') : Buffer.of(character.charCodeAt(0) & 0xff),
  )
  return Buffer.concat(parts)
}

/** Why no file could be at a path, or undefined. */
export function pathFault(path: string): string | undefined {
  const length = bytesOf(path)
  if (length > MAX_PATH) return `a path of ${length} bytes; at most ${MAX_PATH} are possible`
  if (path.length <= MAX_NAME / 3) return undefined
  const longest = Math.max(...path.split('/').map(bytesOf))
  return longest > MAX_NAME ? `a name of ${longest} bytes; at most ${MAX_NAME} are possible` : undefined
}

/** How many bytes a name has. */
export function bytesOf(name: string): number {
  return name.isWellFormed() ? Buffer.byteLength(name) : encodeName(name).length
}

function escaped(bytes: Buffer): string {
  let text = ''
  for (let at = 0; at < bytes.length; ) {
    const [character, length] = characterAt(bytes, at)
    text += character
    at += length
  }
  return text
}

function characterAt(bytes: Buffer, at: number): readonly [character: string, length: number] {
  const first = bytes[at] ?? 0
  const length = lengthBy(first)
  const part = bytes.subarray(at, at + length)
  const text = part.toString('utf8')
  // Whatever is no character turns into others when written again
  if (Buffer.from(text, 'utf8').equals(part)) return [text, length]
  return [String.fromCharCode(0xdc00 + first), 1]
}

function lengthBy(first: number): number {
  if (first < 0xc0) return 1
  if (first < 0xe0) return 2
  return first < 0xf0 ? 3 : 4
}
