import { shown } from '../manifest.ts'
import { type LayerFault, unreadable } from './layer-fault.ts'

/** What the records of an extended header say about an entry, as far as it counts here. */
export type PaxRecords = {
  path?: Buffer
  linkpath?: Buffer
  size?: number
  uid?: number
  gid?: number
  /** It has a file capability, which works as setuid does. */
  capability?: true
  /** It has an access control list, which grants more than its mode tells. */
  acl?: true
}

const XATTR = 'SCHILY.xattr.'
const CAPABILITY = `${XATTR}security.capability`
const ACL = new Set([`${XATTR}system.posix_acl_access`, `${XATTR}system.posix_acl_default`])
const TIMES = new Set(['mtime', 'atime', 'ctime'])
const MAX_DIGITS = 7

/**
 * Reads the records of an extended header (POSIX.1-2001, pax interchange format) as Go's archive/tar does: `LENGTH KEY=VALUE\n`.
 * A key that counts here and is told twice, or with nothing, is a fault: readers differ in which of the two they take.
 */
export function readPaxRecords(bytes: Buffer): PaxRecords | LayerFault {
  const records: PaxRecords = {}
  const keys = new Set<string>()
  for (let at = 0; at < bytes.length; ) {
    const record = recordAt(bytes, at)
    if (record === undefined) return unreadable('an extended header whose records are malformed')
    const { key, value } = record
    const fault = faultOf(key, value) ?? take(records, key, value) ?? twice(keys, key)
    if (fault !== undefined) return unreadable(`the extended header's record ${shown(key)} ${fault}`)
    at += record.length
  }
  return records
}

function recordAt(bytes: Buffer, at: number) {
  const space = bytes.subarray(at, at + MAX_DIGITS + 1).indexOf(' ')
  const digits = space < 0 ? '' : bytes.toString('latin1', at, at + space)
  const length = Number(digits)
  if (!/^[0-9]+$/.test(digits) || bytes[at + length - 1] !== 0x0a) return undefined
  const text = bytes.subarray(at + space + 1, at + length - 1)
  const equals = text.indexOf('=')
  if (equals < 1) return undefined
  return { length, key: text.toString('latin1', 0, equals), value: text.subarray(equals + 1) }
}

function faultOf(key: string, value: Buffer): string | undefined {
  if (key.includes('\0')) return 'has a NUL in its name'
  // A sparse file has another name, size and content to those that know of it
  if (key.startsWith('GNU.sparse.') || key === 'SCHILY.realsize') return 'tells of a sparse file'
  // Docker sets them as they are written, containerd those of the user: to overlayfs they hide what lies beneath
  if (/^SCHILY\.xattr\.(?:trusted|user)\.overlay\./.test(key)) return 'would tell overlayfs to hide files'
  if (/^(?:path|linkpath|uname|gname)$/.test(key) && value.includes(0)) return 'has a NUL in its value'
  const isTime = TIMES.has(key) && value.length > 0
  return isTime && !/^-?[0-9]{1,15}(?:\.[0-9]*)?$/.test(value.toString('latin1')) ? 'is no time' : undefined
}

function take(records: PaxRecords, key: string, value: Buffer): string | undefined {
  if (ACL.has(key)) records.acl = true
  if (key === CAPABILITY) records.capability = true
  switch (key) {
    case 'path':
    case 'linkpath':
      records[key] = Buffer.from(value)
      break
    case 'size':
    case 'uid':
    case 'gid':
      if (!/^[0-9]{1,15}$/.test(value.toString('latin1'))) return `is ${shown(value.toString('latin1'))}, not a count`
      records[key] = Number(value.toString('latin1'))
      break
    case CAPABILITY:
      break
    default:
      return undefined
  }
  return value.length === 0 ? 'is empty' : undefined
}

/** Other keys may be told as often as one likes: nothing here rests on them. */
function twice(keys: Set<string>, key: string): string | undefined {
  if (!/^(?:path|linkpath|size|uid|gid)$/.test(key) && key !== CAPABILITY) return undefined
  if (keys.has(key)) return 'is there twice'
  keys.add(key)
  return undefined
}
