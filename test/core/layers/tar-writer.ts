/** One header of an archive, and what follows it; all that is not told is as of an empty file of root. */
export type Written = {
  readonly name?: string | Buffer
  /** The type flag; `0` is a file. */
  readonly type?: string
  readonly link?: string | Buffer
  readonly mode?: number | Buffer
  readonly uid?: number | Buffer
  readonly gid?: number | Buffer
  readonly content?: string | Buffer
  /** Where it is not that of the content. */
  readonly size?: number | Buffer
  readonly mtime?: number | Buffer
  readonly prefix?: string
  readonly format?: 'ustar' | 'gnu' | 'v7' | 'star'
  /** Writes over the block before it is summed. */
  readonly damage?: (block: Buffer) => void
  readonly sum?: (block: Buffer) => number
}

const BLOCK = 512
const MAGIC = { ustar: 'ustar\x0000', gnu: 'ustar  \0', v7: '', star: 'ustar\x0000' }
export const ZEROS = Buffer.alloc(BLOCK)

/** An archive of these parts with its end: two blocks of zeros. */
export function archive(...parts: readonly Buffer[]): Buffer {
  return Buffer.concat([...parts, ZEROS, ZEROS])
}

/** A header, its content, and what fills the last block. */
export function tarred(written: Written): Buffer {
  const content = Buffer.from(written.content ?? '')
  return Buffer.concat([headerOf(written), content, Buffer.alloc(-content.length & (BLOCK - 1))])
}

/** The header alone. */
export function headerOf(written: Written): Buffer {
  const { name = 'a', type = '0', link = '', mode = 0o644, uid = 0, gid = 0, mtime = 0, format = 'ustar' } = written
  const block = Buffer.alloc(BLOCK)
  put(block, 0, 100, name)
  put(block, 100, 8, mode)
  put(block, 108, 8, uid)
  put(block, 116, 8, gid)
  put(block, 124, 12, written.size ?? Buffer.byteLength(written.content ?? ''))
  put(block, 136, 12, mtime)
  block.write(type, 156, 'latin1')
  put(block, 157, 100, link)
  block.write(MAGIC[format], 257, 'latin1')
  put(block, 345, 155, written.prefix ?? '')
  if (format === 'star') block.write('tar\0', 508, 'latin1')
  written.damage?.(block)
  const sum = (written.sum ?? unsignedSum)(block)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return block
}

/** An extended header (`x`), or one for all that follows (`g`). */
export function pax(records: Readonly<Record<string, string | Buffer>> | Buffer, about: Partial<Written> = {}): Buffer {
  const content = Buffer.isBuffer(records)
    ? records
    : Buffer.concat(Object.entries(records).map(([key, value]) => record(key, value)))
  return tarred({ name: 'PaxHeaders/a', type: 'x', content, ...about })
}

/** One record of an extended header. */
export function record(key: string, value: string | Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`, 'latin1'), Buffer.from(value), Buffer.from('\n')])
  let length = rest.length
  while (`${length}`.length + rest.length !== length) length = `${length}`.length + rest.length
  return Buffer.concat([Buffer.from(`${length}`), rest])
}

/** A name (`L`) or target (`K`) at length, as GNU tar tells it. */
export function long(type: 'L' | 'K', text: string | Buffer): Buffer {
  const content = Buffer.concat([Buffer.from(text), Buffer.alloc(1)])
  return tarred({ name: '././@LongLink', type, format: 'gnu', content })
}

/** A number as GNU writes those that octal digits have no room for. */
export function base256(value: bigint, length: number): Buffer {
  const bytes = Buffer.from(
    BigInt.asUintN(length * 8, value)
      .toString(16)
      .padStart(length * 2, '0'),
    'hex',
  )
  bytes[0] = bytes[0]! | 0x80
  return bytes
}

/** As Sun's tar summed. */
export function signedSum(block: Buffer): number {
  return unsignedSum(block) - 256 * block.filter((byte, at) => byte > 0x7f && (at < 148 || at >= 156)).length
}

/** Cuts bytes where the numbers say, over and over. */
export function* cut(bytes: Buffer, lengths: readonly number[]): Generator<Buffer> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const length = Math.max(1, lengths[turn % lengths.length] ?? bytes.length)
    yield bytes.subarray(at, at + length)
    at += length
  }
}

function unsignedSum(block: Buffer): number {
  return block.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0)
}

function put(block: Buffer, at: number, length: number, value: string | Buffer | number): void {
  const text = typeof value === 'number' ? `${value.toString(8).padStart(length - 1, '0')}\0` : value
  const bytes = Buffer.from(text as string)
  if (bytes.length > length) throw new RangeError(`${bytes.length} bytes in a field of ${length}`)
  bytes.copy(block, at)
}
