import { cleanPath, splitPath } from './clean-path.ts'
import { bytesOf, decodeName, encodeName, pathFault } from './file-name.ts'
import { type LayerFault, unreadable } from './layer-fault.ts'
import { ENTRY_KINDS, type LayerEntry, type LayerListing, listingFault, WHITEOUT } from './listing.ts'
import { MAX_OWNER } from './tar-entry.ts'

const MAGIC = encodeName('assay layer listing 1\n')
const KIND = 0x0f
const CAPABILITY = 0x10
const ACL = 0x20

/**
 * A listing as bytes, the same for the same listing. An entry is its kind and marks, what its path shares with the one before,
 * the rest of the path, mode, uid, gid, size, and the target of a link; numbers and lengths are varints (LEB128).
 */
export function encodeListing(listing: LayerListing): Buffer {
  const parts: Buffer[] = [MAGIC]
  let before: Buffer = Buffer.alloc(0)
  for (const { path, kind, mode, uid, gid, size, target, capability, acl } of listing) {
    const name = encodeName(path)
    const shared = sharedLength(before, name)
    const first = ENTRY_KINDS.indexOf(kind) | (capability ? CAPABILITY : 0) | (acl ? ACL : 0)
    parts.push(Buffer.from([first, ...varint(shared), ...varint(name.length - shared)]), name.subarray(shared))
    parts.push(Buffer.from([mode, uid, gid, size].flatMap(varint)))
    if (target !== undefined) parts.push(Buffer.from(varint(bytesOf(target))), encodeName(target))
    before = name
  }
  return Buffer.concat(parts)
}

/** Reads what `encodeListing` wrote, and nothing else. */
export function decodeListing(bytes: Uint8Array): LayerListing | LayerFault {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (!buffer.subarray(0, MAGIC.length).equals(MAGIC)) return unreadable('not a listing of a layer')
  const entries: LayerEntry[] = []
  const cursor = { buffer, at: MAGIC.length }
  let before: Buffer = Buffer.alloc(0)
  let pathBytes = 0
  while (cursor.at < buffer.length) {
    const read = readEntry(cursor, before)
    if (read === undefined) return unreadable(`entry ${entries.length + 1} of the listing of a layer is malformed`)
    entries.push(read.entry)
    before = read.name
    pathBytes += read.name.length + bytesOf(read.entry.target ?? '')
    const fault = listingFault(entries.length, pathBytes)
    if (fault !== undefined) return fault
  }
  // One listing, one way to write it
  return encodeListing(entries).equals(buffer) ? entries : unreadable('a listing of a layer that is written oddly')
}

type Cursor = { readonly buffer: Buffer; at: number }

function readEntry(cursor: Cursor, before: Buffer): { entry: LayerEntry; name: Buffer } | undefined {
  const first = cursor.buffer[cursor.at++] ?? 0
  const kind = ENTRY_KINDS[first & KIND]
  const shared = readVarint(cursor)
  const rest = readText(cursor)
  const [mode, uid, gid, size] = [cursor, cursor, cursor, cursor].map(readVarint)
  if (kind === undefined || first >= ACL * 2 || shared === undefined || rest === undefined) return undefined
  if (mode === undefined || uid === undefined || gid === undefined || size === undefined) return undefined
  const target = kind === 'symlink' || kind === 'link' ? readText(cursor) : Buffer.alloc(0)
  if (target === undefined || shared > before.length) return undefined
  const name = Buffer.concat([before.subarray(0, shared), rest])
  const entry: LayerEntry = {
    path: decodeName(name),
    kind,
    mode,
    uid,
    gid,
    size,
    ...(target.length > 0 && { target: decodeName(target) }),
    ...((first & CAPABILITY) > 0 && { capability: true }),
    ...((first & ACL) > 0 && { acl: true }),
  }
  return isPossible(entry) ? { entry, name } : undefined
}

/** No reader of layers gives another entry. */
function isPossible({ path, kind, mode, uid, gid, size, target, ...marks }: LayerEntry): boolean {
  if (cleanPath(path) !== path || pathFault(path) !== undefined || `${path}${target}`.includes('\0')) return false
  if (kind === 'whiteout' || kind === 'opaque') {
    const isBare = mode + uid + gid + size === 0 && Object.keys(marks).length === 0
    return isBare && (path !== '' || kind === 'opaque')
  }
  if (path === '' || splitPath(path)[1].startsWith(WHITEOUT) || mode > 0o7777) return false
  if (uid > MAX_OWNER || gid > MAX_OWNER || (size > 0 && kind !== 'file')) return false
  if (kind === 'symlink') return target !== undefined && pathFault(target) === undefined
  return kind !== 'link' || (target !== undefined && cleanPath(target) === target && pathFault(target) === undefined)
}

function sharedLength(one: Buffer, other: Buffer): number {
  let at = 0
  while (at < one.length && one[at] === other[at]) at++
  return at
}

function varint(value: number): number[] {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest]
    bytes.push((rest % 128) + 128)
  }
}

function readVarint(cursor: Cursor): number | undefined {
  let value = 0
  for (let scale = 1; scale <= 2 ** 49; scale *= 128) {
    const byte = cursor.buffer[cursor.at++]
    if (byte === undefined) return undefined
    value += (byte % 128) * scale
    if (byte < 128) return Number.isSafeInteger(value) ? value : undefined
  }
  return undefined
}

function readText(cursor: Cursor): Buffer | undefined {
  const length = readVarint(cursor)
  if (length === undefined || cursor.at + length > cursor.buffer.length) return undefined
  cursor.at += length
  return cursor.buffer.subarray(cursor.at - length, cursor.at)
}
