import { type LayerFault, overLimit, unreadable } from '../core/layers/layer-fault.ts'

/** Cuts a compressed stream where its frames end. */
export type FrameCutter = {
  /** The chunk in pieces, none of which reaches beyond the end of a frame. */
  readonly cut: (chunk: Uint8Array) => readonly Uint8Array[] | LayerFault
  /** That the stream ends inside a frame, if it does. */
  readonly end: () => LayerFault | undefined
}

/** A part of a frame: so many bytes, and what they say comes next. Content is passed over. */
type Part = {
  readonly length: number
  readonly isContent?: boolean
  readonly next: (bytes: Buffer) => Part | LayerFault | undefined
}

const MAGIC = 0xfd2fb528
const SKIPPABLE = 0x184d2a50
/**
 * How far back a frame may refer: a decoder keeps as much. `zstd` writes more only when told to (`--long=28` and up), and reads more
 * only when told to; containerd reads up to 512 MiB.
 */
export const MAX_WINDOW_LOG = 27
const MAX_WINDOW = 2 ** MAX_WINDOW_LOG

/**
 * Follows the frames of a zstd stream (RFC 8878, 3.1). Node's decoder forgets what comes after the end of a frame in the same chunk,
 * and a layer may have many frames (`zstd:chunked` has one a file), so a chunk must end where a frame does.
 */
export function zstdFrames(): FrameCutter {
  const buffer = Buffer.alloc(18)
  let part: Part = BEGINNING
  let seen = 0

  function cut(chunk: Uint8Array): readonly Uint8Array[] | LayerFault {
    const pieces: Uint8Array[] = []
    let from = 0
    for (let at = 0; at < chunk.length; ) {
      const taken = Math.min(part.length - seen, chunk.length - at)
      if (!part.isContent) buffer.set(chunk.subarray(at, at + taken), seen)
      seen += taken
      at += taken
      const next = seen < part.length ? part : step()
      if ('fault' in next) return next
      if (next === BEGINNING && next !== part) {
        pieces.push(chunk.subarray(from, at))
        from = at
      }
      part = next
    }
    return from < chunk.length ? [...pieces, chunk.subarray(from)] : pieces
  }

  /** What comes after a part; parts of no length are over at once. */
  function step(): Part | LayerFault {
    let next = part.next(buffer.subarray(0, part.length))
    while (next !== undefined && !('fault' in next) && next.length === 0) next = next.next(buffer)
    seen = 0
    return next ?? BEGINNING
  }

  const end = () => (part === BEGINNING && seen === 0 ? undefined : unreadable('ends inside a zstd frame'))
  return { cut, end }
}

const BEGINNING: Part = {
  length: 4,
  next: (bytes) => {
    const magic = bytes.readUInt32LE(0)
    if (magic === MAGIC) return DESCRIPTOR
    // The last four bits are free
    return magic >>> 4 === SKIPPABLE >>> 4 ? SKIPPED : unreadable('goes on after the end of a zstd frame')
  },
}
const SKIPPED: Part = { length: 4, next: (bytes) => content(bytes.readUInt32LE(0), undefined) }
const CHECKSUM: Part = { length: 4, next: () => undefined }
const DESCRIPTOR: Part = {
  length: 1,
  next: ([descriptor = 0]) => {
    const isSingle = (descriptor & 0x20) > 0
    const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0
    const sized = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0
    const length = (isSingle ? 0 : 1) + dictionary + sized
    const blocks = blockOf((descriptor & 4) > 0)
    const next = (bytes: Buffer) => {
      const window = isSingle ? sizeIn(bytes.subarray(dictionary, length)) : windowOf(bytes[0] ?? 0)
      return window > MAX_WINDOW
        ? overLimit(`a zstd frame with a window of ${window} bytes; at most ${MAX_WINDOW} are allowed`)
        : blocks
    }
    return { length, next }
  },
}

function blockOf(hasChecksum: boolean): Part {
  const block: Part = {
    length: 3,
    next: (bytes) => {
      const header = bytes.readUIntLE(0, 3)
      const isRepeated = ((header >> 1) & 3) === 1
      const after = hasChecksum ? CHECKSUM : undefined
      return content(isRepeated ? 1 : header >> 3, (header & 1) > 0 ? after : block)
    },
  }
  return block
}

function content(length: number, after: Part | undefined): Part {
  return { length, isContent: true, next: () => after }
}

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3))
  return base + (base / 8) * (descriptor & 7)
}

/** A frame of a single segment has its whole content for a window. (Two bytes mean 256 more than they say: no matter here.) */
function sizeIn(bytes: Buffer): number {
  return bytes.length === 8 ? Number(bytes.readBigUInt64LE(0)) : bytes.readUIntLE(0, bytes.length)
}
