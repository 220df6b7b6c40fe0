import { createHash } from 'node:crypto'

/** A growing Merkle tree of a log (RFC 9162, section 2.1). */
export type MerkleTree = {
  readonly size: () => number
  /** Adds a leaf and returns its hash. */
  readonly append: (leaf: Uint8Array) => Buffer
  readonly root: () => Buffer
  /** The hashes that lead from the leaf at this index to the root, lowest first. */
  readonly inclusionProof: (index: number) => Buffer[]
}

/** An empty tree. Hashes of complete subtrees are kept, so roots and proofs cost the square of the tree's height. */
export function merkleTree(): MerkleTree {
  const levels: Buffer[][] = [[]]
  const size = () => levels[0]?.length ?? 0

  function subtree(start: number, count: number): Buffer {
    if (count === 0) return sha256()
    const kept = Number.isInteger(Math.log2(count)) ? levels[Math.log2(count)]?.[start / count] : undefined
    if (kept !== undefined) return kept
    const left = splitPoint(count)
    return hashNode(subtree(start, left), subtree(start + left, count - left))
  }

  function path(index: number, start: number, count: number): Buffer[] {
    if (count === 1) return []
    const left = splitPoint(count)
    return index < left
      ? [...path(index, start, left), subtree(start + left, count - left)]
      : [...path(index - left, start + left, count - left), subtree(start, left)]
  }

  return {
    size,
    append(leaf) {
      const hash = hashLeaf(leaf)
      let node = hash
      for (let level = 0; ; level += 1) {
        const nodes = levels[level] ?? []
        levels[level] = nodes
        nodes.push(node)
        const left = nodes.at(-2)
        if (nodes.length % 2 === 1 || left === undefined) return hash
        node = hashNode(left, node)
      }
    },
    root: () => subtree(0, size()),
    inclusionProof(index) {
      if (!Number.isInteger(index) || index < 0 || index >= size()) {
        throw new RangeError(`no leaf ${index} in a tree of ${size()}`)
      }
      return path(index, 0, size())
    },
  }
}

/** The largest power of two below the count. */
function splitPoint(count: number): number {
  return 2 ** (Math.ceil(Math.log2(count)) - 1)
}

/** The hash of a leaf with this content. */
export function hashLeaf(content: Uint8Array): Buffer {
  return sha256(Buffer.of(0), content)
}

function hashNode(left: Uint8Array, right: Uint8Array): Buffer {
  return sha256(Buffer.of(1), left, right)
}

function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
