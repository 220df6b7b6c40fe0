import type { Random } from './random.ts'

type Change = (bytes: Buffer, random: Random) => Buffer

const INTERESTING = [0x00, 0x01, 0x20, 0x22, 0x30, 0x5b, 0x5d, 0x7b, 0x7d, 0x7f, 0x80, 0xc0, 0xed, 0xfe, 0xff]
const SPLIT = ({ bytes, random }: { bytes: Buffer; random: Random }) => {
  const start = random.below(bytes.length + 1)
  const end = Math.min(bytes.length, start + random.below(random.pick([2, 16, 256])))
  return { before: bytes.subarray(0, start), range: bytes.subarray(start, end), after: bytes.subarray(end) }
}

const CHANGES: readonly Change[] = [
  flipBit,
  flipBit,
  (bytes, random) => bytes.subarray(0, random.below(bytes.length)),
  (bytes, random) => bytes.subarray(random.below(bytes.length)),
  (bytes, random) => replaced(bytes, random.below(bytes.length), random.pick(INTERESTING)),
  (bytes, random) => {
    const { before, range, after } = SPLIT({ bytes, random })
    return Buffer.concat([before, range, range, after])
  },
  (bytes, random) => {
    const { before, after } = SPLIT({ bytes, random })
    return Buffer.concat([before, after])
  },
  (bytes, random) => {
    const { before, range, after } = SPLIT({ bytes, random })
    return Buffer.concat([before, random.bytes(random.below(64)), range, after])
  },
  (bytes, random) => Buffer.concat([bytes, random.bytes(random.below(64))]),
]

/** Other bytes, made from these without knowing what they mean. */
export function mutateBytes(bytes: Buffer, random: Random): Buffer {
  return bytes.length === 0 ? random.bytes(random.below(64)) : random.pick(CHANGES)(bytes, random)
}

function flipBit(bytes: Buffer, random: Random): Buffer {
  const at = random.below(bytes.length)
  return replaced(bytes, at, (bytes[at] ?? 0) ^ (1 << random.below(8)))
}

function replaced(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at] = value
  return copy
}
