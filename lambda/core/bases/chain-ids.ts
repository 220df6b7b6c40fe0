import { digestOf } from '../digest-of.ts'
import type { Digest } from '../image.ts'

/**
 * One name for each beginning of a chain of layers, in order: the first n layers are the same wherever it is the same.
 * https://github.com/opencontainers/image-spec/blob/main/config.md#layer-chainid
 */
export function chainIds(diffIds: readonly Digest[]): Digest[] {
  const ids: Digest[] = []
  for (const diffId of diffIds) {
    const below = ids.at(-1)
    ids.push(below === undefined ? diffId : digestOf(Buffer.from(`${below} ${diffId}`)))
  }
  return ids
}
