import { joinPath, splitPath } from './clean-path.ts'
import { bytesOf } from './file-name.ts'
import { type LayerFault, overLimit, unreadable } from './layer-fault.ts'
import type { TarEntry } from './tar-entry.ts'
import { tarReader } from './tar-reader.ts'

export const ENTRY_KINDS = ['file', 'directory', 'symlink', 'link', 'device', 'fifo', 'whiteout', 'opaque'] as const
export type EntryKind = (typeof ENTRY_KINDS)[number]

/**
 * What a layer does to one path, by its tar header. `whiteout`: it removes what is at the path; `opaque`: it hides what layers below have
 * in this directory ('' is the root).
 */
export type LayerEntry = Omit<TarEntry, 'kind'> & { readonly kind: EntryKind }

/** The entries of one layer, in their order: which comes first counts. */
export type LayerListing = readonly LayerEntry[]

export const MAX_ENTRIES = 250_000
export const MAX_PATH_BYTES = 64 * 2 ** 20
// https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts
export const WHITEOUT = '.wh.'
const OPAQUE = '.wh..wh..opq'

/** Lists the uncompressed tar archive of a layer as it comes. */
export function listingReader(): {
  readonly push: (chunk: Uint8Array) => LayerFault | undefined
  readonly end: () => LayerListing | LayerFault
} {
  const entries: LayerEntry[] = []
  let pathBytes = 0
  const { push, end } = tarReader((tarEntry) => {
    const entry = listed(tarEntry)
    // Runtimes leave the root as it is, whatever a layer says of it
    if (entry === undefined || 'fault' in entry) return entry
    pathBytes += bytesOf(entry.path) + bytesOf(entry.target ?? '')
    entries.push(entry)
    return listingFault(entries.length, pathBytes)
  })
  return { push, end: () => end() ?? entries }
}

/** Why a layer has too much in it, or undefined. */
export function listingFault(entries: number, pathBytes: number): LayerFault | undefined {
  if (entries > MAX_ENTRIES) return overLimit(`more than ${MAX_ENTRIES} entries in a layer`)
  return pathBytes > MAX_PATH_BYTES ? overLimit(`more than ${MAX_PATH_BYTES} bytes of paths in a layer`) : undefined
}

/** An entry as containerd takes it (pkg/archive/tar.go): whatever has the name of a whiteout is one. */
function listed(entry: TarEntry): LayerEntry | LayerFault | undefined {
  const [parent, name] = splitPath(entry.path)
  if (name === OPAQUE) return marker('opaque', parent)
  if (name.startsWith(WHITEOUT)) {
    const hidden = name.slice(WHITEOUT.length)
    if (/^\.{0,2}$/.test(hidden)) return unreadable(`whiteout "${name}" of no file`)
    return marker('whiteout', joinPath(parent, hidden))
  }
  const { kind, ...rest } = entry
  // containerd removes what has the name of a global header, and writes nothing there
  if (kind === 'global') return marker('whiteout', entry.path)
  return entry.path === '' ? undefined : { ...rest, kind }
}

function marker(kind: 'whiteout' | 'opaque', path: string): LayerEntry {
  return { path, kind, mode: 0, uid: 0, gid: 0, size: 0 }
}
