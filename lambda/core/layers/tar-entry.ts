import { shown } from '../manifest.ts'
import { cleanPath } from './clean-path.ts'
import { decodeName, pathFault } from './file-name.ts'
import { type LayerFault, unreadable } from './layer-fault.ts'
import type { PaxRecords } from './pax-records.ts'
import type { TarHeader } from './tar-header.ts'

/** One file as an archive has it. `path` is clean, '' for the root; `target` is as written for a symlink, a clean path for a hard link. */
export type TarEntry = {
  readonly path: string
  /** `global`: an extended header for all that follows, which no reader of layers applies. */
  readonly kind: 'file' | 'directory' | 'symlink' | 'link' | 'device' | 'fifo' | 'global'
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Bytes of content that follow; none but files have any. */
  readonly size: number
  readonly target?: string
  /** A file capability, which works as setuid does. */
  readonly capability?: true
  readonly acl?: true
}

/** What headers before an entry say about it. */
export type Told = { readonly pax?: PaxRecords; readonly L?: Buffer; readonly K?: Buffer }

const KINDS: Readonly<Record<string, TarEntry['kind']>> = {
  '0': 'file',
  '\0': 'file',
  '1': 'link',
  '2': 'symlink',
  '3': 'device',
  '4': 'device',
  '5': 'directory',
  '6': 'fifo',
  g: 'global',
}
const MODE = 0o7777
/** The size of which twelve octal digits, or eleven and a NUL, can tell no more. */
const TOO_LARGE_FOR_OCTAL = 2 ** 33
/** The kernel takes 32 bits of an owner: one more than all of them is root, and all of them leave it as it is. */
export const MAX_OWNER = 2 ** 32 - 2

/** Puts together what a header and those before it say about one file. What readers take differently is a fault. */
export function tarEntry(header: TarHeader, { pax = {}, L, K }: Told): TarEntry | LayerFault {
  if ((L && pax.path) || (K && pax.linkpath)) return unreadable('an entry that is named twice')
  const name = decodeName(L ?? pax.path ?? header.name)
  const kind = kindOf(header, name)
  if (kind === undefined) return unreadable(`entry ${shown(name)} has the unknown type ${shown(header.flag)}`)
  const path = cleanPath(name)
  if (path === undefined) return unreadable(`entry ${shown(name)} is above the root`)
  const target = kind === 'symlink' || kind === 'link' ? decodeName(K ?? pax.linkpath ?? header.link) : undefined
  const { size = header.size, uid = header.uid, gid = header.gid } = pax
  const fault =
    nameFault(header, name, kind) ??
    placeFault(path, kind) ??
    sizeFault(header, size, kind) ??
    ownerFault(uid, gid) ??
    targetFault(target, kind)
  if (fault !== undefined) return unreadable(`entry ${shown(name)} ${fault}`)
  return {
    path,
    kind,
    mode: header.mode & MODE,
    uid,
    gid,
    size,
    ...(target !== undefined && { target: kind === 'link' ? (cleanPath(target) ?? '') : target }),
    ...(pax.capability && { capability: true }),
    ...(pax.acl && { acl: true }),
  }
}

/** Old archives tell a directory by a slash at the end of its name. */
function kindOf({ flag }: TarHeader, name: string): TarEntry['kind'] | undefined {
  return flag === '\0' && name.endsWith('/') ? 'directory' : KINDS[flag]
}

function nameFault({ flag, name: short }: TarHeader, name: string, kind: TarEntry['kind']): string | undefined {
  if (name === '') return 'has no name'
  // Some readers go by the name in the header where a longer one is told before it
  if (flag === '\0' && name.endsWith('/') !== (short.at(-1) === 0x2f)) return 'is a directory by one of its names'
  return kind === 'file' && name.endsWith('/') ? 'is a file that is named as a directory' : undefined
}

function placeFault(path: string, kind: TarEntry['kind']): string | undefined {
  if (path === '' && kind !== 'directory') return 'has the place of the root, and is no directory'
  return longFault(path)
}

function longFault(path: string): string | undefined {
  const fault = pathFault(path)
  return fault && `has ${fault}`
}

function ownerFault(uid: number, gid: number): string | undefined {
  return uid > MAX_OWNER || gid > MAX_OWNER
    ? `belongs to ${uid}:${gid}; ${MAX_OWNER} is the highest possible`
    : undefined
}

function sizeFault(header: TarHeader, size: number, kind: TarEntry['kind']): string | undefined {
  // Go reads no content where none belongs, others do
  if (kind !== 'file' && kind !== 'global' && size > 0) return `has ${size} bytes of content, and is no file`
  // Who does not read extended headers would take content for headers, and headers for content
  const isTold = size === header.size || size >= TOO_LARGE_FOR_OCTAL
  return isTold ? undefined : `has ${header.size} bytes by its header, and ${size} by the extended one`
}

function targetFault(target: string | undefined, kind: TarEntry['kind']): string | undefined {
  if (target === undefined) return undefined
  if (target === '') return 'is a link to nothing'
  if (kind === 'symlink') return longFault(target)
  // Readers take `..` after a symlink in two ways, and the end of such a name for two files
  const isOdd = target.split('/').includes('..') || /(?:^|\/)\.?$/.test(target)
  return isOdd ? `is a hard link to ${shown(target)}, which is no plain path` : longFault(target)
}
