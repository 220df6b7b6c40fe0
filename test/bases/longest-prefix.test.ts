import fc from 'fast-check'
import { expect, it } from 'vitest'
import { findChains, knownChains } from '../../lambda/bases/find-chains.ts'
import { noteBase } from '../../lambda/bases/note-base.ts'
import { proveChains } from '../../lambda/bases/prove-chains.ts'
import { chooseBase } from '../../lambda/core/bases/base-facts.ts'
import { chainIds } from '../../lambda/core/bases/chain-ids.ts'
import type { PlatformContents } from '../../lambda/core/bases/standing.ts'
import type { Digest } from '../../lambda/core/image.ts'
import type { ImageRecord } from '../../lambda/core/status.ts'
import { memoryBaseCatalogue } from '../memory/base-catalogue.ts'
import { memoryEvidence } from '../memory/evidence.ts'
import { sha256 } from '../memory/registry.ts'
import { memoryStore } from '../memory/store.ts'
import { basePolicies } from './based.ts'

const HOST = '127.0.0.1:5500'
const diffIdOf = (letter: string) => sha256(Buffer.from(letter))
/** The same layer, as it is stored by the base or otherwise. */
const storedAs = (letter: string, otherwise: boolean) =>
  sha256(Buffer.from(otherwise ? `${letter}'` : `${letter} stored`))

function contents(letters: string, otherwise: (at: number) => boolean, digest: Digest): PlatformContents {
  const layers = letters.split('').map((letter, at) => ({
    digest: storedAs(letter, otherwise(at)),
    diffId: diffIdOf(letter),
  }))
  return { platform: 'linux/amd64', digest, layers, size: 1, run: { entrypoint: [], cmd: [], env: [], user: '' } }
}

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 6 })
const world = fc.record({
  bases: fc.uniqueArray(fc.record({ letters: word, vouched: fc.boolean() }), {
    maxLength: 8,
    selector: ({ letters }) => letters,
  }),
  image: word,
  /** Which of its layers the image stores otherwise. */
  otherwise: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
})

it('the base that is found is the longest that is vouched for and an exact prefix, however layers are stored, and only that', async () => {
  const policies = basePolicies()
  await fc.assert(
    fc.asyncProperty(world, async ({ bases, image, otherwise }) => {
      const [store, catalogue, evidence] = [memoryStore(), memoryBaseCatalogue(), memoryEvidence()]
      for (const { letters, vouched } of bases) {
        const digest = sha256(Buffer.from(`base ${letters}`))
        const kept = await evidence.put(Buffer.from(JSON.stringify([contents(letters, () => false, digest)])))
        const chain = chainIds(letters.split('').map(diffIdOf)).at(-1)!
        const standing = {
          vouched: ['ours'],
          chains: [{ platform: 'linux/amd64', chain, layers: letters.length }],
          contents: kept,
          existedAt: '2026',
        }
        const record = {
          host: HOST,
          name: 'bases/x',
          digest,
          version: 1,
          standing,
          todo: [],
          policyHash: '',
        } as unknown as ImageRecord
        await noteBase(catalogue, undefined, record)
        // It may have lost its signature since
        await store.putImage({ ...record, standing: { ...standing, vouched: vouched ? ['ours'] : [] } }, undefined)
      }
      const source = {
        policies,
        store,
        catalogue,
        evidence,
        files: () => async () => ({ unknown: 'not asked for' }),
        isReachable: () => true,
        awaited: async () => [],
        now: () => new Date(0),
        upToDate: (id: Parameters<typeof store.image>[0]) => store.image(id),
      }
      const own = contents(image, (at) => otherwise[at]!, sha256(Buffer.from('the image')))
      const chains = await findChains(source, await knownChains(source, [own], []), own, own.digest)
      const layers = own.layers.map(({ digest }) => ({ mediaType: '', digest, size: 1, annotations: {} }))
      const unpack = new Map(image.split('').map((letter, at) => [own.layers[at]!.digest, diffIdOf(letter)]))
      const proven = await proveChains({ contents: own, layers }, chains, policies.bases, async ({ digest }) => ({
        diffId: unpack.get(digest)!,
        unpackedSize: 1,
        listing: async () => [],
      }))
      const found = 'found' in proven ? proven.found : []
      const chosen = chooseBase({ platform: '', digest: own.digest, layers: layers.length, claims: [], found })
      const wanted = bases
        .filter(({ letters, vouched }) => vouched && image.startsWith(letters))
        .toSorted((a, b) => b.letters.length - a.letters.length)[0]
      expect(chosen?.base.image.digest).toBe(wanted && sha256(Buffer.from(`base ${wanted.letters}`)))
      // All that is an exact prefix is found, vouched for or not, and nothing else
      const prefixes = bases.filter(({ letters }) => image.startsWith(letters)).map(({ letters }) => letters.length)
      expect(found.map((one) => one.layers)).toEqual(prefixes.toSorted((a, b) => b - a))
    }),
    { numRuns: 1_000 },
  )
})
