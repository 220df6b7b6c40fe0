import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { decodeName, encodeName } from '../../../lambda/core/layers/file-name.ts'
import type { LayerEntry } from '../../../lambda/core/layers/listing.ts'
import { decodeListing, encodeListing } from '../../../lambda/core/layers/listing-bytes.ts'
import { BASE, directory, file, link, opaque, symlink, whiteout } from './entries.ts'
import { fault } from './read-tar.ts'

const MAGIC = 'assay layer listing 1\n'
const bytes = (...parts: readonly (string | readonly number[])[]) =>
  Buffer.concat([MAGIC, ...parts].map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))))

const name = fc
  .uint8Array({ minLength: 1, maxLength: 5 })
  .map((one) => decodeName(one.map((byte) => (byte < 48 ? 97 : byte))))
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'))
const anyEntry: fc.Arbitrary<LayerEntry> = fc.oneof(
  fc
    .record({ path, mode: fc.nat(0o7777), uid: fc.nat(2 ** 32 - 2), gid: fc.nat(999), size: fc.maxSafeNat() })
    .map(({ path: at, ...more }) => file(at, more)),
  path.map((at) => directory(at, { acl: true })),
  path.map((at) => file(at, { capability: true })),
  fc.tuple(path, path).map(([at, to]) => symlink(at, `../${to}/`)),
  fc.tuple(path, path).map(([at, to]) => link(at, to)),
  path.map(whiteout),
  fc.oneof(path, fc.constant('')).map(opaque),
)

describe('a listing as bytes', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 20 }), (listing) => {
        expect(decodeListing(encodeListing(listing))).toEqual(listing)
      }),
      { numRuns: 500 },
    )
    expect(decodeListing(encodeListing([]))).toEqual([])
  })

  it('is short, and the same each time', () => {
    expect(encodeListing(BASE)).toHaveLength(161)
    expect(encodeListing([file('usr/lib/a', { size: 300 }), symlink('usr/lib/b', 'a')])).toEqual(
      bytes([0, 0, 9], 'usr/lib/a', [0xed, 3, 0, 0, 0xac, 2], [2, 8, 1], 'b', [0xed, 3, 0, 0, 0], [1], 'a'),
    )
  })

  it('is read in no other way than it was written', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 4 }), damage, fc.nat(3), (listing, where, cut) => {
        const damaged = encodeListing(listing)
        for (const [at, value] of where) damaged[at % damaged.length] = value
        const part = damaged.subarray(0, damaged.length - cut)
        const read = decodeListing(part)
        if ('fault' in read) expect(read.reason).toBe('unreadable')
        else expect(encodeListing(read)).toEqual(part)
      }),
      { numRuns: 3000 },
    )
  })

  const A = [0, 0, 1] as const
  test.each<[string, Buffer]>([
    ['an unknown kind', bytes([8, 0, 1], 'a', [0, 0, 0, 0])],
    ['an unknown mark', bytes([0x40, 0, 1], 'a', [0, 0, 0, 0])],
    ['a path that shares more than there is', bytes([0, 1, 1], 'a', [0, 0, 0, 0])],
    ['a path that ends early', bytes([0, 0, 9], 'a', [0, 0, 0, 0])],
    ['a number that ends early', bytes(A, 'a', [0, 0, 0, 0x80])],
    ['a number that is too large', bytes(A, 'a', [0, 0, 0], Array(9).fill(0xff), [0x7f])],
    ['no path', bytes([0, 0, 0], [0, 0, 0, 0])],
    ['an odd path', bytes([0, 0, 2], './', [0, 0, 0, 0])],
    ['a path with NUL', bytes(A, '\0', [0, 0, 0, 0])],
    ['a name that is too long', bytes([0, 0, 0x80, 2], 'a'.repeat(256), [0, 0, 0, 0])],
    ['the name of a whiteout', bytes([0, 0, 5], '.wh.a', [0, 0, 0, 0])],
    ['another mode', bytes(A, 'a', [0x80, 0x20, 0, 0, 0])],
    ['an owner beyond 32 bits', bytes(A, 'a', [0, 0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0])],
    ['a group beyond 32 bits', bytes(A, 'a', [0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f, 0])],
    ['a directory with content', bytes([1, 0, 1], 'a', [0, 0, 0, 1])],
    ['a whiteout with a mode', bytes([6, 0, 1], 'a', [1, 0, 0, 0])],
    ['a whiteout with a capability', bytes([0x16, 0, 1], 'a', [0, 0, 0, 0])],
    ['a whiteout of the root', bytes([6, 0, 0], [0, 0, 0, 0])],
    ['a symlink to nothing', bytes([2, 0, 1], 'a', [0, 0, 0, 0], [0])],
    ['a hard link to an odd path', bytes([3, 0, 1], 'a', [0, 0, 0, 0], [2], 'b/')],
    ['a target that ends early', bytes([3, 0, 1], 'a', [0, 0, 0, 0], [2], 'b')],
  ])('has no %s', (_, damaged) => {
    expect(decodeListing(damaged)).toEqual(fault('entry 1 of the listing of a layer is malformed'))
  })

  it('has no number or path in two ways', () => {
    const odd = fault('a listing of a layer that is written oddly')
    expect(decodeListing(bytes(A, 'a', [0x80, 0, 0, 0, 0]))).toEqual(odd)
    expect(decodeListing(bytes(A, 'a', [0, 0, 0, 0], [0, 0, 2], 'ab', [0, 0, 0, 0]))).toEqual(odd)
    expect(decodeListing(Buffer.from('assay layer listing 2\n'))).toEqual(fault('not a listing of a layer'))
  })
})

it('a name is the same bytes again, whatever they are', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (one) => {
      expect(encodeName(decodeName(one))).toEqual(Buffer.from(one))
    }),
    { numRuns: 2000 },
  )
  expect(decodeName(Buffer.from('é€😀\ufffd'))).toBe('é€😀\ufffd')
  expect(decodeName(Buffer.from([0xed, 0xb2, 0x80, 0xc0, 0xaf]))).toBe('\udced\udcb2\udc80\udcc0\udcaf')
})
