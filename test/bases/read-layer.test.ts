import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { type LayerLimits, readLayer } from '../../lambda/bases/read-layer.ts'
import { file, symlink } from '../core/layers/entries.ts'
import { fault } from '../core/layers/read-tar.ts'
import { archive, cut, pax, tarred } from '../core/layers/tar-writer.ts'
import { noise, sourceOf } from './layer-source.ts'

const MIB = 2 ** 20
const LIMITS: LayerLimits = { bytes: 64 * MIB, unpackedBytes: 256 * MIB, signal: new AbortController().signal }
const TAR = archive(
  pax({ 'SCHILY.xattr.security.capability': 'x' }),
  tarred({
    name: './bin/sh',
    mode: 0o755,
    content: noise(70_000),
  }),
  tarred({ name: 'lib', type: '2', link: 'usr/lib', mode: 0o755 }),
)
const LISTING = [file('bin/sh', { size: 70_000, capability: true }), symlink('lib', 'usr/lib')]
const digest = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`
const read = (bytes: Buffer, lengths: readonly number[] = [bytes.length], limits: Partial<LayerLimits> = {}) =>
  readLayer(sourceOf(cut(bytes, lengths)), { ...LIMITS, ...limits })

const halves = [TAR.subarray(0, 33_333), TAR.subarray(33_333)]
const skippable = (content: string, last = 0) => {
  const header = Buffer.of(0x50 + last, 0x2a, 0x4d, 0x18, content.length, 0, 0, 0)
  return Buffer.concat([header, Buffer.from(content)])
}
const zstd = (bytes: Buffer) => zstdCompressSync(bytes)
const gzip = (bytes: Buffer) => gzipSync(bytes)
const FORMS: readonly [string, Buffer][] = [
  ['as it is', TAR],
  ['by gzip', gzip(TAR)],
  ['by gzip in members', Buffer.concat([...halves.map(gzip), gzip(Buffer.alloc(0))])],
  ['by zstd', zstd(TAR)],
  ['by zstd in frames', Buffer.concat(halves.map(zstd))],
  [
    'by zstd in frames and others that are skipped',
    Buffer.concat([skippable(''), zstd(halves[0]!), skippable('abc', 15), zstd(halves[1]!), skippable('')]),
  ],
]

describe('a layer', () => {
  test.each(FORMS)('is read %s, in whichever chunks it comes', async (_, bytes) => {
    const expected = {
      layer: digest(bytes),
      diffId: digest(TAR),
      size: bytes.length,
      unpackedSize: TAR.length,
      listing: LISTING,
    }
    expect(await read(bytes)).toEqual(expected)
    const pieces = fc.array(fc.integer({ min: 1, max: 9_000 }), { minLength: 1, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(pieces, async (lengths) => {
        expect(await read(bytes, lengths)).toEqual(expected)
      }),
      { numRuns: 15 },
    )
    expect(await read(bytes.subarray(0, 0))).toMatchObject({ size: 0, unpackedSize: 0, listing: [] })
  })

  it('is read byte by byte', async () => {
    const small = archive(tarred({}))
    for (const bytes of [small, gzip(small), zstd(small), Buffer.concat([zstd(small), skippable('a')])]) {
      expect(await read(bytes, [1])).toMatchObject({ layer: digest(bytes), diffId: digest(small) })
    }
  })

  it('may go on after the end of its archive, which counts for its digests', async () => {
    const longer = Buffer.concat([TAR, Buffer.from('more')])
    expect(await read(gzip(longer))).toMatchObject({
      diffId: digest(longer),
      unpackedSize: longer.length,
      listing: LISTING,
    })
  })

  const damaged = Buffer.from(gzip(TAR))
  damaged[damaged.length - 6]! ^= 1
  test.each<[string, Buffer, RegExp, string?]>([
    ['gzip that ends early', gzip(TAR).subarray(0, -3), /^cannot be decompressed: unexpected end of file$/],
    ['gzip with another checksum', damaged, /^cannot be decompressed: incorrect data check$/],
    ['gzip with something after it', Buffer.concat([gzip(TAR), Buffer.from('x')]), /^cannot be decompressed: /],
    [
      'gzip with zeros after it',
      Buffer.concat([gzip(TAR), Buffer.alloc(9)]),
      /^goes on after the end of what is compressed$/,
    ],
    [
      'gzip with a member after zeros',
      Buffer.concat([gzip(halves[0]!), Buffer.alloc(9), gzip(halves[1]!)]),
      /^(goes on after|cannot be)/,
    ],
    ['gzip with half a member', Buffer.concat([gzip(TAR), gzip(TAR).subarray(0, 5)]), /^cannot be decompressed: /],
    ['zstd that ends early', zstd(TAR).subarray(0, -3), /^ends inside a zstd frame$/],
    [
      'zstd with something after it',
      Buffer.concat([zstd(TAR), Buffer.from('more')]),
      /^goes on after the end of a zstd frame$/,
    ],
    ['zstd with a little after it', Buffer.concat([zstd(TAR), Buffer.from('x')]), /^ends inside a zstd frame$/],
    ['zstd with half a frame', Buffer.concat([zstd(TAR), zstd(TAR).subarray(0, 5)]), /^ends inside a zstd frame$/],
    ['zstd that is damaged', Buffer.from('28b52ffd0000ffffff', 'hex'), /^(cannot be decompressed|ends inside)/],
    [
      'zstd with a reserved bit',
      Buffer.from('28b52ffd08000100000000000000', 'hex'),
      /^(cannot be decompressed|goes on)/,
    ],
    ['an archive that is a fault', gzip(Buffer.alloc(600, 'x')), /^a header with a wrong checksum$/],
    ['an archive that ends early', gzip(TAR.subarray(0, 2_000)), /^ends inside an entry$/],
    ['bzip2', Buffer.from('BZh91AY&SY'), /^compressed by bzip2; gzip and zstd are read$/, 'unsupported'],
    ['xz', Buffer.from('fd377a585a000004', 'hex'), /^compressed by xz; gzip and zstd are read$/, 'unsupported'],
  ])('is a fault where it is %s', async (_, bytes, text, reason = 'unreadable') => {
    for (const lengths of [[bytes.length], [1_000], [bytes.length - 9, 20]]) {
      expect(await read(bytes, lengths)).toEqual({ fault: expect.stringMatching(text), reason })
    }
  })

  it('is read or a fault, however it is damaged', async () => {
    const small = archive(tarred({ content: 'a'.repeat(3_000) }), tarred({ name: 'b' }))
    const forms = [gzip, zstd].flatMap((pack) => [
      pack(small),
      Buffer.concat([pack(small.subarray(0, 700)), pack(small.subarray(700))]),
    ])
    const flips = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...forms),
        flips,
        fc.integer({ min: 1, max: 200 }),
        async (form, where, length) => {
          const bytes = Buffer.from(form)
          for (const [at, value] of where) bytes[at % bytes.length] = value
          const result = await read(bytes, [length])
          if ('fault' in result) expect(result.fault).toMatch(/^[a-z]/)
          else expect(result).toMatchObject({ layer: digest(bytes), size: bytes.length })
        },
      ),
      { numRuns: 1_000 },
    )
  })

  it('is read up to its limits', async () => {
    const bytes = gzip(TAR)
    const fits = { bytes: bytes.length, unpackedBytes: TAR.length }
    expect(await read(bytes, [500], fits)).toHaveProperty('listing')
    const tooLong = fault(`a layer more than ${bytes.length - 1} bytes`, 'over-limit')
    expect(await read(bytes, [500], { ...fits, bytes: bytes.length - 1 })).toEqual(tooLong)
    const tooMuch = fault(`a layer that unpacks to more than ${TAR.length - 1} bytes`, 'over-limit')
    expect(await read(bytes, [500], { ...fits, unpackedBytes: TAR.length - 1 })).toEqual(tooMuch)
    expect(await read(TAR, [500], { ...fits, bytes: TAR.length, unpackedBytes: TAR.length - 1 })).toEqual(tooMuch)
  })
})

describe('what sends a layer', () => {
  const many = () => cut(gzip(TAR), [400])

  it('is told when there is nothing more to learn', async () => {
    const source = sourceOf(cut(Buffer.alloc(MIB, 'x'), [1_000]))
    expect(await readLayer(source, LIMITS)).toEqual(fault('a header with a wrong checksum'))
    expect(source.seen).toMatchObject({ isClosed: true })
    expect(source.seen.sent).toBeLessThan(10_000)
  })

  it.each([gzipSync, zstdCompressSync])('is told too where that is compressed', async (compress) => {
    const source = sourceOf(cut(compress(noise(MIB)), [1_000]))
    expect(await readLayer(source, LIMITS)).toEqual(fault('a header with a wrong checksum'))
    expect(source.seen.isClosed).toBe(true)
  })

  it('is told where the layer is of no kind that is read', async () => {
    const source = sourceOf(cut(Buffer.from('BZh91AY&SY'.repeat(9)), [20]))
    await readLayer(source, LIMITS)
    expect(source.seen).toEqual({ asked: 1, sent: 20, isClosed: true })
  })

  it('need not be told where it ended by itself', async () => {
    const source = sourceOf(many())
    expect(await readLayer(source, LIMITS)).toHaveProperty('listing')
    expect(source.seen.isClosed).toBe(false)
  })

  it.each([1, 2, 40])('may fail at chunk %d: its error is thrown as it is', async (chunk) => {
    // As streams of Node fail, a decompressor among them
    const outage = Object.assign(new TypeError('terminated'), { code: 'ERR_STREAM_PREMATURE_CLOSE' })
    const source = sourceOf(many(), (asked) => {
      if (asked === chunk) throw outage
    })
    await expect(readLayer(source, LIMITS)).rejects.toBe(outage)
    expect(source.seen.asked).toBe(chunk)
  })

  it.each([1, 2, 40])('may hang at chunk %d: the reason of the signal is thrown', async (chunk) => {
    const deadline = new AbortController()
    const reason = Object.assign(new Error('late'), { code: 'ERR_STREAM_PREMATURE_CLOSE' })
    const source = sourceOf(many(), (asked) => (asked === chunk ? new Promise(() => {}) : undefined))
    const reading = readLayer(source, { ...LIMITS, signal: deadline.signal })
    await wait(20)
    deadline.abort(reason)
    await expect(reading).rejects.toBe(reason)
    expect(source.seen).toMatchObject({ asked: chunk, isClosed: true })
  })

  it('may hang where there is nothing more to learn', async () => {
    const bytes = Buffer.concat([gzip(Buffer.alloc(MIB, 'x')), Buffer.alloc(9)])
    const source = sourceOf(cut(bytes, [bytes.length - 9]), (asked) =>
      asked === 2 ? new Promise(() => {}) : undefined,
    )
    expect(await readLayer(source, LIMITS)).toEqual(fault('a header with a wrong checksum'))
    expect(source.seen.isClosed).toBe(true)
  })

  it('is asked for nothing after the signal', async () => {
    const reason = new Error('late')
    const source = sourceOf(many())
    await expect(readLayer(source, { ...LIMITS, signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(source.seen.asked).toBe(0)
  })

  it('may fail at being told, and not know how to be', async () => {
    const bad = [Buffer.alloc(600, 'x')]
    const failing = { ...sourceOf(bad)[Symbol.asyncIterator](), return: () => Promise.reject(new Error('no')) }
    const silent = { ...sourceOf(bad)[Symbol.asyncIterator](), return: undefined }
    for (const iterator of [failing, silent]) {
      const source = { [Symbol.asyncIterator]: () => iterator }
      expect(await readLayer(source, LIMITS)).toEqual(fault('a header with a wrong checksum'))
    }
  })

  it('is not ahead of what is read of it', async () => {
    const content = Buffer.alloc(64 * MIB)
    const source = sourceOf(cut(archive(tarred({ content })), [MIB]), (asked) => {
      if (asked === 5) throw new Error('enough')
    })
    await expect(readLayer(source, LIMITS)).rejects.toThrow('enough')
    expect(source.seen.sent).toBe(4 * MIB)
  })
})
