import { type LayerFault, overLimit, unreadable } from './layer-fault.ts'
import { type PaxRecords, readPaxRecords } from './pax-records.ts'
import { type TarEntry, type Told, tarEntry } from './tar-entry.ts'
import { BLOCK, readTarHeader, type TarHeader } from './tar-header.ts'

/** Reads an archive as it comes. A fault stays the answer. */
export type TarReader = {
  readonly push: (chunk: Uint8Array) => LayerFault | undefined
  readonly end: () => LayerFault | undefined
}

/** As in Go's archive/tar, `maxSpecialFileSize`. */
const MAX_SPECIAL = 2 ** 20
const ZEROS = Buffer.alloc(BLOCK)
const MAX_CONTENT = Number.MAX_SAFE_INTEGER - BLOCK

/**
 * Reads the headers of an uncompressed tar archive, and skips the content uncopied. It sees what Go's archive/tar sees, by which
 * containerd, Docker and podman unpack; what another reader could read otherwise is a fault, never guessed at.
 *
 * By hand, because a file that is hidden from us and not from a runtime would be a false yes: `tar` (isaacs) skips what is oddly
 * written and shows no unknown pax records; `tar-stream` reads star's prefixes otherwise, and buffers pax records without a bound.
 */
export function tarReader(onEntry: (entry: TarEntry) => LayerFault | undefined): TarReader {
  const block = Buffer.alloc(BLOCK)
  let into = block
  let filled = 0
  let skip = 0
  let special: TarHeader | undefined
  let told: Told = {}
  let zeros = 0
  let fault: LayerFault | undefined

  function push(chunk: Uint8Array): LayerFault | undefined {
    for (let at = 0; at < chunk.length && fault === undefined && zeros < 2; ) {
      const wanted = skip > 0 ? skip : into.length - filled
      const part = chunk.subarray(at, at + Math.min(wanted, chunk.length - at))
      at += part.length
      if (skip > 0) skip -= part.length
      else fault = fill(part)
    }
    return fault
  }

  function fill(part: Uint8Array): LayerFault | undefined {
    into.set(part, filled)
    filled += part.length
    if (filled < into.length) return undefined
    filled = 0
    return special === undefined ? takeBlock() : takeSpecial(special, into)
  }

  function takeBlock(): LayerFault | undefined {
    if (block.equals(ZEROS)) {
      zeros++
      return undefined
    }
    if (zeros > 0) return unreadable('goes on after a block of zeros')
    const header = readTarHeader(block)
    if ('fault' in header) return header
    return /^[xgLK]$/.test(header.flag) ? beginSpecial(header) : takeEntry(header)
  }

  function takeEntry(header: TarHeader): LayerFault | undefined {
    const entry = tarEntry(header, told)
    if ('fault' in entry) return entry
    if (entry.size > MAX_CONTENT) return unreadable(`an entry of ${entry.size} bytes`)
    told = {}
    skip = entry.kind === 'file' ? padded(entry.size) : 0
    return onEntry(entry)
  }

  /** Headers about another entry have their text where content would be. */
  function beginSpecial(header: TarHeader): LayerFault | undefined {
    const { flag, size, format } = header
    if (size > MAX_SPECIAL) return overLimit(`a header of ${size} bytes; at most ${MAX_SPECIAL} are read`)
    if (format === 'v7') return unreadable(`a header of type ${flag} in a format that has none`)
    // Go takes the last of two, and forgets all of them at a global one
    if (flag === 'g' ? isTold() : (flag === 'x' ? 'pax' : flag) in told) {
      return unreadable(`a header of type ${flag} after another for the same entry`)
    }
    if (size === 0) return takeSpecial(header, Buffer.alloc(0))
    special = header
    into = Buffer.alloc(size)
    return undefined
  }

  function takeSpecial(header: TarHeader, bytes: Buffer): LayerFault | undefined {
    special = undefined
    into = block
    skip = padded(bytes.length) - bytes.length
    if (header.flag === 'L' || header.flag === 'K') {
      const text = textOf(bytes)
      if (text !== undefined) told = { ...told, [header.flag]: text }
      return text === undefined ? unreadable('a long name that is empty, or goes on after its end') : undefined
    }
    const pax = readPaxRecords(bytes)
    if ('fault' in pax) return pax
    if (header.flag === 'g') return takeGlobal(header, pax)
    told = { ...told, pax }
    return undefined
  }

  /** What it says holds for all that follows to some readers, and to Go's for nothing. */
  function takeGlobal(header: TarHeader, pax: PaxRecords): LayerFault | undefined {
    if (Object.keys(pax).length > 0) return unreadable('a global header that tells of files')
    const entry = tarEntry(header, {})
    return 'fault' in entry ? entry : onEntry(entry)
  }

  function end(): LayerFault | undefined {
    if (filled > 0 || skip > 0 || special !== undefined) fault ??= unreadable('ends inside an entry')
    if (isTold()) fault ??= unreadable('ends after a header for an entry that is not there')
    return fault
  }

  const isTold = () => Object.keys(told).length > 0
  return { push, end }
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK
}

/** Up to its NUL, after which only NULs may follow: readers end it there, or with its content. */
function textOf(bytes: Buffer): Buffer | undefined {
  const end = bytes.indexOf(0)
  const text = end < 0 ? bytes : bytes.subarray(0, end)
  return text.length > 0 && bytes.subarray(text.length).every((byte) => byte === 0) ? text : undefined
}
