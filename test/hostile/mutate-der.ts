import { allOf, type Der, lengthOctets, readDer, writeDer } from './der-tree.ts'
import { mutateBytes } from './mutate-bytes.ts'
import type { Random } from './random.ts'

/** What takes the place of one value: none, itself changed, or several. */
type Change = (value: Der, random: Random, donors: readonly Der[]) => readonly Der[]

const TAGS = [
  0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x13, 0x17, 0x18, 0x1e, 0x30, 0x31, 0x80, 0x82, 0x86, 0xa0, 0xbf,
]
const LENGTHS = ['80', '00', '7f', '81ff', '820000', '83ffffff', '84ffffffff', '847fffffff', '88ffffffffffffffff', 'ff']
const TEXTS = [
  '',
  '\0',
  'https://github.com/acme/app\0.evil.example',
  'CN=#,=#,=#,,',
  '=#'.repeat(4096),
  'https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main\n',
  '\u202egro.live',
  'a'.repeat(30_000),
  '20260301120000Z',
  '99999999999999Z',
  '260230250000Z',
  '-----BEGIN CERTIFICATE-----',
]
const MAX_DEPTH = 4000

const CHANGES: readonly Change[] = [
  () => [],
  (value) => [value, value],
  (value, random) => Array.from({ length: random.pick([3, 50, 2000]) }, () => value),
  (value, random) => [{ ...value, tag: random.pick(TAGS) }],
  (value, random) => [{ ...value, tag: value.tag ^ (1 << random.below(8)) }],
  (value, random) => [{ ...value, length: Buffer.from(random.pick(LENGTHS), 'hex') }],
  (value, random) => [
    { ...value, length: lengthOctets(Math.max(0, sizeOf(value) + random.pick([-2, -1, 1, 2, 200]))) },
  ],
  // The same length in more octets than DER allows
  (value) => [{ ...value, length: Buffer.concat([Buffer.of(0x84), uint32(sizeOf(value))]) }],
  (value, random) => [{ ...value, content: mutateBytes(bytesOf(value), random) }],
  (value, random) => [{ ...value, content: mutateBytes(bytesOf(value), random) }],
  (value, random) => [{ ...value, content: Buffer.from(random.pick(TEXTS)) }],
  (value, random) => [
    { ...value, content: Buffer.alloc(random.pick([0, 1, 9, 1024, 8192, 40_000]), random.pick([0, 0x7f, 0xff])) },
  ],
  (value, random) => [nested(value, 1 + random.below(random.pick([3, 64, MAX_DEPTH])))],
  (_, random, donors) => [random.pick(donors)],
  (value, random, donors) => [value, random.pick(donors)],
]

/** Changes one value somewhere in a DER tree; `donors` are values of other trees to splice in. What is no DER is changed as bytes. */
export function mutateDer(bytes: Buffer, random: Random, donors: readonly Der[]): Buffer {
  const values = readDer(bytes)
  if (values === undefined || random.below(8) === 0) return mutateBytes(bytes, random)
  const target = random.below(allOf(values).length)
  return writeDer(changeAt(values, target, random.pick(CHANGES), random, donors))
}

function changeAt(
  values: readonly Der[],
  target: number,
  change: Change,
  random: Random,
  donors: readonly Der[],
): Der[] {
  let before = 0
  return values.flatMap((value) => {
    const here = target - before
    before += allOf([value]).length
    if (here === 0) return change(value, random, donors)
    if (here < 0 || target >= before || Buffer.isBuffer(value.content)) return [value]
    return [{ ...value, content: changeAt(value.content, here - 1, change, random, donors) }]
  })
}

function nested(value: Der, depth: number): Der {
  let bytes = writeDer([value])
  for (let level = 1; level < depth; level++)
    bytes = Buffer.concat([Buffer.of(0x30), lengthOctets(bytes.length), bytes])
  return { tag: 0x30, content: bytes }
}

function bytesOf({ content }: Der): Buffer {
  return Buffer.isBuffer(content) ? content : writeDer(content)
}

function sizeOf(value: Der): number {
  return bytesOf(value).length
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
