import type { ChainRecord } from '../../lambda/core/bases/standing.ts'
import { formatImage } from '../../lambda/core/image.ts'
import type { BaseCatalogue, DerivedNote } from '../../lambda/ports.ts'

/** The catalogue of bases in memory; checked by the same contract as the one on DynamoDB. */
export function memoryBaseCatalogue(): BaseCatalogue {
  const chains = new Map<string, ChainRecord>()
  const notes = new Map<string, Map<string, DerivedNote>>()
  return {
    at: async (wanted) => wanted.flatMap((chain) => structuredClone(chains.get(chain)) ?? []),
    put: async (record, expected) => {
      if (chains.get(record.chain)?.version !== expected) return false
      chains.set(record.chain, structuredClone(record))
      return true
    },
    noteDerived: async (chain, wave, { host, name, digest }) => {
      const image = { host, name, digest }
      const place = `${wave}#${formatImage(image)}`
      notes.set(chain, (notes.get(chain) ?? new Map<string, DerivedNote>()).set(place, { place, wave, image }))
    },
    derived: async (chain, limit, after = '') =>
      [...(notes.get(chain)?.values() ?? [])]
        .filter(({ place }) => place > after)
        .toSorted((a, b) => (a.place < b.place ? -1 : 1))
        .slice(0, limit),
  }
}
