import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { listingReader } from '../core/layers/listing.ts'
export async function readLayer(chunks: AsyncIterable<Uint8Array>, _: unknown) {
  const parts: Uint8Array[] = []
  for await (const c of chunks) parts.push(c)
  const bytes = Buffer.concat(parts)
  const d = (b: Uint8Array) => `sha256:${createHash('sha256').update(b).digest('hex')}` as const
  const out: Buffer[] = []
  for await (const c of bytes[0] === 0x1f ? Readable.from([bytes]).pipe(createGunzip()) : Readable.from([bytes]))
    out.push(c)
  const tar = Buffer.concat(out)
  const reader = listingReader()
  const fault = reader.push(tar)
  const listing = fault ?? reader.end()
  if ('fault' in listing) return listing
  return { layer: d(bytes), diffId: d(tar), size: bytes.length, unpackedSize: tar.length, listing }
}
