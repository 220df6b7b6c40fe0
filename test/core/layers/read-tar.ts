import type { LayerFault } from '../../../lambda/core/layers/layer-fault.ts'
import type { TarEntry } from '../../../lambda/core/layers/tar-entry.ts'
import { tarReader } from '../../../lambda/core/layers/tar-reader.ts'
import { archive, cut } from './tar-writer.ts'

/** What is read of an archive that comes in pieces of these lengths. */
export function read(bytes: Buffer, lengths: readonly number[] = [bytes.length]): readonly TarEntry[] | LayerFault {
  const entries: TarEntry[] = []
  const reader = tarReader((entry) => void entries.push(entry))
  for (const chunk of cut(bytes, lengths)) reader.push(chunk)
  return reader.end() ?? entries
}

/** What is read of an archive of these parts. */
export const one = (...parts: readonly Buffer[]) => read(archive(...parts))

/** An empty file of root. */
export const file = (path: string, more: Partial<TarEntry> = {}): TarEntry => ({
  path,
  kind: 'file',
  mode: 0o644,
  uid: 0,
  gid: 0,
  size: 0,
  ...more,
})

export const fault = (text: string, reason: LayerFault['reason'] = 'unreadable'): LayerFault => ({
  fault: text,
  reason,
})
