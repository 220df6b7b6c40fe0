import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hashLeaf, merkleTree } from '../../../local/sigstore/merkle.ts'

const sha256 = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest()
const node = (left: Uint8Array, right: Uint8Array) => sha256(Buffer.of(1), left, right)

/** MTH as RFC 9162, section 2.1.1 defines it. */
function rootOf(leaves: readonly Uint8Array[]): Buffer {
  const [only] = leaves
  if (only === undefined) return sha256()
  if (leaves.length === 1) return sha256(Buffer.of(0), only)
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  return node(rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)))
}

/** The root that a proof leads to, as RFC 9162, section 2.1.3.2 verifies one. */
function follow(leafHash: Buffer, index: number, size: number, proof: readonly Buffer[]): Buffer | undefined {
  let [at, last, hash] = [index, size - 1, leafHash]
  for (const step of proof) {
    if (last === 0) return undefined
    if (at % 2 === 1 || at === last) {
      hash = node(step, hash)
      while (at % 2 === 0 && at !== 0) [at, last] = [Math.floor(at / 2), Math.floor(last / 2)]
    } else {
      hash = node(hash, step)
    }
    ;[at, last] = [Math.floor(at / 2), Math.floor(last / 2)]
  }
  return last === 0 ? hash : undefined
}

function treeOf(leaves: readonly Uint8Array[]) {
  const tree = merkleTree()
  for (const leaf of leaves) tree.append(leaf)
  return tree
}

const someLeaves = fc.array(fc.uint8Array({ maxLength: 8 }), { minLength: 1, maxLength: 70 })

describe('merkle tree', () => {
  it('has the root the RFC defines after every leaf', () => {
    fc.assert(
      fc.property(someLeaves, (leaves) => {
        const tree = merkleTree()
        expect(tree.root()).toEqual(rootOf([]))
        for (const [index, leaf] of leaves.entries()) {
          expect(tree.append(leaf)).toEqual(hashLeaf(leaf))
          expect(tree.root()).toEqual(rootOf(leaves.slice(0, index + 1)))
        }
      }),
      { numRuns: 30 },
    )
  })

  it('proves every leaf and nothing else', () => {
    fc.assert(
      fc.property(someLeaves, fc.nat(), (leaves, seed) => {
        const tree = treeOf(leaves)
        const index = seed % leaves.length
        const proof = tree.inclusionProof(index)
        const leaf = hashLeaf(leaves[index]!)
        expect(follow(leaf, index, leaves.length, proof)).toEqual(tree.root())
        expect(follow(hashLeaf(Buffer.from('another leaf')), index, leaves.length, proof)).not.toEqual(tree.root())
      }),
    )
  })

  it.each([-1, 3, 0.5])('has no proof for leaf %d of 3', (index) => {
    const tree = treeOf([Buffer.from('a'), Buffer.from('b'), Buffer.from('c')])
    expect(() => tree.inclusionProof(index)).toThrow(`no leaf ${index} in a tree of 3`)
  })
})
