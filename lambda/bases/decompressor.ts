import type { Transform } from 'node:stream'
import { constants, createGunzip, createZstdDecompress } from 'node:zlib'
import type { LayerFault } from '../core/layers/layer-fault.ts'
import { MAX_WINDOW_LOG } from './zstd-frames.ts'

export type Compression = 'none' | 'gzip' | 'zstd'

/** Bytes at the beginning that tell how a layer is compressed. */
export const TOLD_BY = 10
const CHUNK = 64 * 1024
/** Docker reads them, containerd does not. */
const UNSUPPORTED = [
  ['bzip2', Buffer.of(0x42, 0x5a, 0x68)],
  ['xz', Buffer.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00)],
] as const
const GZIP = Buffer.of(0x1f, 0x8b, 0x08)
const ZSTD = Buffer.of(0x28, 0xb5, 0x2f, 0xfd)
const SKIPPABLE = Buffer.of(0x2a, 0x4d, 0x18)

/** How a layer is compressed by its first bytes, as containerd tells it (pkg/archive/compression); media types often say otherwise. */
export function compressionOf(head: Buffer): Compression | LayerFault {
  const begins = (magic: Buffer, at = 0) => head.subarray(at, at + magic.length).equals(magic)
  if (begins(GZIP)) return 'gzip'
  const isSkippable = head.length >= 8 && (head[0] ?? 0) >> 4 === 5 && begins(SKIPPABLE, 1)
  if (begins(ZSTD) || isSkippable) return 'zstd'
  const odd = UNSUPPORTED.find(([, magic]) => begins(magic))
  return odd === undefined
    ? 'none'
    : { fault: `compressed by ${odd[0]}; gzip and zstd are read`, reason: 'unsupported' }
}

/** A stream that decompresses. It reads all members of a gzip file, and frames of zstd that chunks do not reach beyond. */
export function decompressor(compression: 'gzip' | 'zstd'): Transform & { readonly bytesWritten: number } {
  if (compression === 'gzip') return createGunzip({ chunkSize: CHUNK })
  return createZstdDecompress({ chunkSize: CHUNK, params: { [constants.ZSTD_d_windowLogMax]: MAX_WINDOW_LOG } })
}

/** That a decompressor failed at what it was given, or closed itself before all of it came. */
export function isDamaged(error: unknown): error is Error {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && /^(?:Z_|ZSTD_|ERR_STREAM_(?:PREMATURE_CLOSE|PUSH_AFTER_EOF)$)/.test(code)
}
