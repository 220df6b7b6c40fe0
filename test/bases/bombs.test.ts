import { constants, deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it, test } from 'vitest'
import { type LayerLimits, readLayer } from '../../lambda/bases/read-layer.ts'
import { fault } from '../core/layers/read-tar.ts'
import { base256, headerOf, tarred } from '../core/layers/tar-writer.ts'
import { sourceOf } from './layer-source.ts'

const MIB = 2 ** 20
const GIB = 2 ** 30
const LIMITS: LayerLimits = { bytes: GIB, unpackedBytes: 128 * MIB, signal: new AbortController().signal }
const TOO_MUCH = fault(`a layer that unpacks to more than ${128 * MIB} bytes`, 'over-limit')
const LARGE = headerOf({ size: base256(10n * 2n ** 30n, 12), name: 'zeros' })

function* repeated(first: Buffer, part: Buffer, times: number): Generator<Buffer> {
  yield first
  for (let at = 0; at < times; at++) yield part
}

/** A frame of blocks that each repeat a byte 128 KiB times, whose window is 2^log bytes. */
function repeating(log: number, blocks: number): Buffer {
  const block = Buffer.from([...Buffer.of(...le(((128 * 1024) << 3) | 2)), 0])
  return Buffer.concat([Buffer.from('28b52ffd00', 'hex'), Buffer.of((log - 10) << 3), ...Array(blocks).fill(block)])
}
const le = (value: number) => [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff]

describe('a layer of some MiB that unpacks to 10 GiB', () => {
  const zeros = Buffer.alloc(8 * MIB)
  const flushed = deflateRawSync(zeros, { finishFlush: constants.Z_FULL_FLUSH })
  const begun = Buffer.concat([
    Buffer.from('1f8b0800000000000003', 'hex'),
    deflateRawSync(LARGE, { finishFlush: constants.Z_FULL_FLUSH }),
  ])
  test.each<[string, Generator<Buffer>]>([
    ['gzip', repeated(begun, flushed, 1280)],
    ['gzip in members', repeated(gzipSync(LARGE), gzipSync(zeros), 1280)],
    ['zstd in frames', repeated(zstdCompressSync(LARGE), zstdCompressSync(zeros), 1280)],
    ['zstd with the largest window', repeated(zstdCompressSync(LARGE), repeating(27, 8192), 10)],
  ])('is a fault as soon as it is too much: %s', async (_, chunks) => {
    const source = sourceOf(chunks)
    const before = process.memoryUsage().rss
    const start = performance.now()
    expect(await readLayer(source, LIMITS)).toEqual(TOO_MUCH)
    expect(performance.now() - start).toBeLessThan(5_000)
    expect(source.seen.isClosed).toBe(true)
    expect(source.seen.asked).toBeLessThan(400)
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * MIB)
  })

  it('is read in little memory where it is not too much', async () => {
    const header = headerOf({ size: 512 * MIB, name: 'zeros' })
    const source = sourceOf(repeated(gzipSync(header), gzipSync(zeros), 64))
    const before = process.memoryUsage().rss
    let most = 0
    const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 10)
    const read = await readLayer(source, { ...LIMITS, unpackedBytes: GIB })
    clearInterval(timer)
    expect(read).toMatchObject({ listing: [{ path: 'zeros', size: 512 * MIB }], unpackedSize: 512 * MIB + 512 })
    expect(most - before).toBeLessThan(150 * MIB)
  })
})

describe('a zstd frame that refers back further than is kept', () => {
  const over = (window: number) =>
    fault(`a zstd frame with a window of ${window} bytes; at most 134217728 are allowed`, 'over-limit')

  test.each([
    ['by a little', Buffer.from('28b52ffd0089', 'hex'), 1.125 * 128 * MIB],
    ['twice as far', Buffer.from('28b52ffd0090', 'hex'), 256 * MIB],
    ['as far as can be told', Buffer.from('28b52ffd00ff', 'hex'), 2 ** 41 * 1.875],
    ['as its whole content', Buffer.from('28b52ffde0ffffffffff000000', 'hex'), 2 ** 40 - 1],
    ['as its whole content, told in four bytes', Buffer.from('28b52ffda001000008', 'hex'), 2 ** 27 + 1],
    ['with a dictionary before the length', Buffer.from('28b52ffda10501000008', 'hex'), 2 ** 27 + 1],
  ])('is a fault: %s', async (_, frame, window) => {
    expect(await readLayer(sourceOf([frame]), LIMITS)).toEqual(over(window))
    expect(await readLayer(sourceOf([zstdCompressSync(tarred({})), frame]), LIMITS)).toEqual(over(window))
  })

  it('is read where it is the largest', async () => {
    const last = Buffer.from([...le((512 << 3) | 3), 0])
    const frame = Buffer.concat([repeating(27, 8), last])
    expect(await readLayer(sourceOf([zstdCompressSync(headerOf({ size: MIB })), frame]), LIMITS)).toMatchObject({
      listing: [{ size: MIB }],
      unpackedSize: MIB + 1024,
    })
  })

  it('is read where two bytes tell its length, which are 256 short', async () => {
    const tar = tarred({ content: 'x'.repeat(100) })
    const raw = Buffer.of(...le((tar.length << 3) | 1))
    const sized = Buffer.alloc(2)
    sized.writeUInt16LE(tar.length - 256)
    const frame = Buffer.concat([Buffer.from('28b52ffd60', 'hex'), sized, raw, tar])
    expect(await readLayer(sourceOf([frame]), LIMITS)).toMatchObject({ unpackedSize: 1024 })
  })
})
