import { createHash } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import type { Digest } from '../core/image.ts'
import { type LayerFault, overLimit, unreadable } from '../core/layers/layer-fault.ts'
import { type LayerListing, listingReader } from '../core/layers/listing.ts'
import { closing } from './closing.ts'
import { compressionOf, decompressor, isDamaged, TOLD_BY } from './decompressor.ts'
import { zstdFrames } from './zstd-frames.ts'

/** What a layer is: by its bytes as they are stored, by what they unpack to (`diffId`), and the files in it. */
export type ReadLayer = {
  readonly layer: Digest
  readonly diffId: Digest
  readonly size: number
  readonly unpackedSize: number
  readonly listing: LayerListing
}

export type LayerLimits = { readonly bytes: number; readonly unpackedBytes: number; readonly signal: AbortSignal }

/** Ends reading where there is nothing more to learn. */
class Stopped extends Error {}

/**
 * Reads a layer as it comes, in little memory whatever it unpacks to, and stops at the first fault. What the chunks throw is thrown,
 * and so is the reason of the signal. The digests are for the caller to compare with what it asked for.
 */
export async function readLayer(
  chunks: AsyncIterable<Uint8Array>,
  limits: LayerLimits,
): Promise<ReadLayer | LayerFault> {
  const stop = new AbortController()
  const failed: { outage?: { readonly error: unknown }; fault?: LayerFault } = {}
  const stopBy = (fault: LayerFault): Error => {
    failed.fault ??= fault
    stop.abort(new Stopped())
    return new Stopped()
  }
  const signal = AbortSignal.any([limits.signal, stop.signal])
  const counted = count(limits.bytes, 'a layer', stopBy)
  const unpacked = count(limits.unpackedBytes, 'a layer that unpacks to', stopBy)
  const source = counted.pass(closing(chunks, signal, (error) => (failed.outage ??= { error })))
  const listing = listingReader()
  const list = async (tar: AsyncIterable<Uint8Array>) => {
    for await (const chunk of unpacked.pass(tar)) {
      limits.signal.throwIfAborted()
      const fault = listing.push(chunk)
      if (fault !== undefined) throw stopBy(fault)
    }
  }
  try {
    await unpack(source, list, stopBy)
    const files = listing.end()
    if ('fault' in files) return files
    const { size, digest } = counted.result()
    const { size: unpackedSize, digest: diffId } = unpacked.result()
    return { layer: digest, diffId, size, unpackedSize, listing: files }
  } catch (error) {
    if (failed.fault !== undefined) return failed.fault
    if (failed.outage !== undefined) throw failed.outage.error
    limits.signal.throwIfAborted()
    if (isDamaged(error)) return unreadable(`cannot be decompressed: ${error.message}`)
    throw error
  } finally {
    stop.abort(new Stopped())
    await source.return()
  }
}

async function unpack(
  source: AsyncGenerator<Uint8Array, void>,
  list: (tar: AsyncIterable<Uint8Array>) => Promise<void>,
  stopBy: (fault: LayerFault) => Error,
): Promise<void> {
  const head = await beginning(source)
  const whole = rejoined(head, source)
  const compression = compressionOf(head)
  if (typeof compression !== 'string') throw stopBy(compression)
  if (compression === 'none') return list(whole)
  const stream = decompressor(compression)
  let fed = 0
  async function* fedTo(): AsyncGenerator<Uint8Array, void> {
    for await (const chunk of compression === 'zstd' ? cutAtFrames(whole, stopBy) : whole) {
      fed += chunk.length
      yield chunk
    }
  }
  await pipeline(fedTo, stream, list)
  // Go refuses what follows the last member of a gzip file, pigz and others leave it out
  if (stream.bytesWritten < fed) throw stopBy(unreadable('goes on after the end of what is compressed'))
}

async function beginning(source: AsyncGenerator<Uint8Array, void>): Promise<Buffer> {
  let head = Buffer.alloc(0)
  while (head.length < TOLD_BY) {
    const { done, value } = await source.next()
    if (done) return head
    head = Buffer.concat([head, value])
  }
  return head
}

async function* rejoined(head: Buffer, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  if (head.length > 0) yield head
  yield* rest
}

async function* cutAtFrames(
  whole: AsyncIterable<Uint8Array>,
  stopBy: (fault: LayerFault) => Error,
): AsyncGenerator<Uint8Array, void> {
  const frames = zstdFrames()
  for await (const chunk of whole) {
    const pieces = frames.cut(chunk)
    if ('fault' in pieces) throw stopBy(pieces)
    yield* pieces
  }
  const fault = frames.end()
  if (fault !== undefined) throw stopBy(fault)
}

/** Counts and hashes what passes, up to so many bytes. */
function count(limit: number, what: string, stopBy: (fault: LayerFault) => Error) {
  const hash = createHash('sha256')
  let size = 0
  async function* pass(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
    for await (const chunk of chunks) {
      size += chunk.length
      if (size > limit) throw stopBy(overLimit(`${what} more than ${limit} bytes`))
      hash.update(chunk)
      yield chunk
    }
  }
  const result = () => ({ size, digest: `sha256:${hash.digest('hex')}` as const })
  return { pass, result }
}
