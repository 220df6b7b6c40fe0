import { shown } from '../manifest.ts'
import { type LayerFault, unreadable } from './layer-fault.ts'
import { readCount, readInteger } from './tar-number.ts'

export const BLOCK = 512
/** What a header tells by itself; names are bytes, as they may be told at length elsewhere. */
export type TarHeader = {
  readonly flag: string
  readonly format: 'v7' | 'ustar' | 'gnu'
  readonly name: Buffer
  readonly link: Buffer
  readonly size: number
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

const SPACE = 0x20
const SLASH = Buffer.of(0x2f)

/**
 * Reads one block as Go's archive/tar does, `getFormat` and `readHeader`.
 * What Go reads and other readers take for something else is a fault.
 */
export function readTarHeader(block: Buffer): TarHeader | LayerFault {
  if (!isSummed(block)) return unreadable('a header with a wrong checksum')
  const format = formatOf(block)
  if (typeof format !== 'string') return format
  const [mode, uid, gid, size] = [at(block, 100, 8), at(block, 108, 8), at(block, 116, 8), at(block, 124, 12)].map(
    readCount,
  )
  const others = [at(block, 136, 12), ...(format === 'v7' ? [] : [at(block, 329, 8), at(block, 337, 8)])]
  if (mode === undefined || uid === undefined || gid === undefined || size === undefined) return oddNumber(block)
  if (others.some((field) => readInteger(field) === undefined)) return oddNumber(block)
  const prefix = format === 'ustar' ? textAt(block, 345, 155) : Buffer.alloc(0)
  const name = textAt(block, 0, 100)
  return {
    flag: String.fromCharCode(block[156] ?? 0),
    format,
    name: prefix.length === 0 ? name : Buffer.concat([prefix, SLASH, name]),
    link: textAt(block, 157, 100),
    size,
    mode,
    uid,
    gid,
  }
}

function formatOf(block: Buffer): TarHeader['format'] | LayerFault {
  const magic = at(block, 257, 8).toString('latin1')
  if (magic.startsWith('ustar\0')) {
    // star has a shorter prefix, and times where the others have the rest of it
    if (at(block, 508, 4).toString('latin1') === 'tar\0') return unreadable('a header as star writes it')
    return 'ustar'
  }
  if (magic === 'ustar  \0') {
    // Go takes what is no time for a prefix, which its own writer once put there (golang.org/issues/12594)
    const times = [at(block, 345, 12), at(block, 357, 12)].filter(([first]) => first !== 0)
    if (times.some((field) => readInteger(field) === undefined)) {
      return unreadable('a GNU header with something else where times belong')
    }
    return 'gnu'
  }
  if (/^\0+$/.test(magic)) return 'v7'
  return unreadable(`a header of the unknown format ${shown(magic)}`)
}

/** The sum counts its own field as spaces. Sun's tar summed signed bytes, and all readers take either. */
function isSummed(block: Buffer): boolean {
  const field = at(block, 148, 8)
  let sum = field.length * SPACE
  let above = 0
  for (let index = 0; index < BLOCK; index++) {
    if (index === 148) index += field.length
    const byte = block[index] ?? 0
    sum += byte
    above += byte >> 7
  }
  const told = readInteger(field)
  return told === sum || told === sum - above * 0x100
}

function oddNumber(block: Buffer): LayerFault {
  return unreadable(
    `the header of ${shown(textAt(block, 0, 100).toString('utf8'))} has a number that is none, or not to all readers`,
  )
}

function at(block: Buffer, start: number, length: number): Buffer {
  return block.subarray(start, start + length)
}

/** A text ends at its first NUL, or with its field. */
function textAt(block: Buffer, start: number, length: number): Buffer {
  const field = at(block, start, length)
  const end = field.indexOf(0)
  return Buffer.from(end < 0 ? field : field.subarray(0, end))
}
