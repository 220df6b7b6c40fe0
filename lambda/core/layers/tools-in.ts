import { type ImageTools, toolsAtPaths } from '../image-tools.ts'
import type { LayerFault } from './layer-fault.ts'
import type { LayerListing } from './listing.ts'
import { emptyTree, type Node } from './tree.ts'
import { unpack } from './unpack.ts'

/** The shells and package managers among the files of an image, as its layers leave them. A link to one is one. */
export function toolsIn(layers: readonly LayerListing[]): ImageTools | LayerFault {
  const tree = emptyTree()
  for (const listing of layers) {
    const fault = unpack(tree, listing)
    if (fault !== undefined) return fault
  }
  return toolsAtPaths([...filesBelow(tree.root)])
}

/** Level by level, so that no depth can break it. */
function* filesBelow(root: Node): Generator<string> {
  let level: (readonly [path: string, node: Node])[] = [['', root]]
  while (level.length > 0) {
    const below: (readonly [path: string, node: Node])[] = []
    for (const [path, node] of level) {
      if (node.kind !== 'directory') yield path
      else for (const [name, child] of node.children) below.push([path === '' ? name : `${path}/${name}`, child])
    }
    level = below
  }
}
