import type { LayerEntry, LayerListing } from '../../../lambda/core/layers/listing.ts'

const of = (kind: LayerEntry['kind'], path: string, more: Partial<LayerEntry>): LayerEntry => ({
  path,
  kind,
  mode: kind === 'whiteout' || kind === 'opaque' ? 0 : 0o755,
  uid: 0,
  gid: 0,
  size: 0,
  ...more,
})

/** Entries of layers, all of root and mode 755 where nothing else is told. */
export const file = (path: string, more: Partial<LayerEntry> = {}) => of('file', path, more)
export const directory = (path: string, more: Partial<LayerEntry> = {}) => of('directory', path, more)
export const symlink = (path: string, target: string) => of('symlink', path, { target })
export const link = (path: string, target: string, more: Partial<LayerEntry> = {}) =>
  of('link', path, { target, ...more })
export const device = (path: string) => of('device', path, {})
export const whiteout = (path: string) => of('whiteout', path, {})
export const opaque = (path: string) => of('opaque', path, {})

/** A base with a file of each sort that the tests change. */
export const BASE: LayerListing = [
  directory('bin'),
  file('bin/sh'),
  file('bin/su', { mode: 0o4755 }),
  file('bin/ping', { capability: true }),
  directory('etc'),
  file('etc/passwd'),
  directory('usr'),
  directory('usr/lib'),
  file('usr/lib/libc.so'),
  symlink('lib', 'usr/lib'),
  device('null'),
]
