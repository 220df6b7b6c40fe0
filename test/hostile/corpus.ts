import { type TrustMaterials, trustMaterials } from '../../lambda/trust/roots.ts'
import { newPki, type Pki, rootOf } from '../trust/pki.ts'
import { allOf, type Der, readDer, writeDer } from './der-tree.ts'
import type { Specimen } from './mutant.ts'
import type { Donors, Json } from './mutate-json.ts'
import { manifestSpecimens, specimensOf } from './specimens.ts'

/** What mutants are made from, and the root under which they are judged. Its keys are fresh. */
export type Corpus = {
  readonly pki: Pki
  readonly root: unknown
  readonly roots: TrustMaterials
  readonly bundles: readonly Specimen[]
  readonly layers: readonly Specimen[]
  readonly manifests: readonly Specimen[]
  readonly donors: Donors
}

export function newCorpus(): Corpus {
  const pki = newPki()
  const root = rootOf(pki)
  const specimens = specimensOf(pki)
  const bundles = specimens.filter(({ input }) => input.carrier === 'bundle')
  const json = bundles.map(jsonOf)
  return {
    pki,
    root,
    roots: trustMaterials({ test: root }),
    bundles,
    layers: specimens.filter(({ input }) => input.carrier === 'legacy'),
    manifests: manifestSpecimens(),
    donors: {
      json,
      der: json
        .flatMap(derIn)
        .filter((value) => writeDer([value]).length < 4096)
        .flatMap((value) => allOf([value])),
    },
  }
}

export function jsonOf({ input }: Specimen): Json {
  const bytes = input.carrier === 'manifest' ? input.fetched.bytes : input.bytes
  return JSON.parse(Buffer.from(bytes).toString()) as Json
}

/** Every string that is DER in base64: certificates, timestamps, signatures; and the largest parts of each. */
function derIn(json: Json): Der[] {
  if (typeof json === 'string') {
    const bytes = Buffer.from(json, 'base64')
    return bytes[0] === 0x30 ? allOf(readDer(bytes) ?? []).slice(0, 3) : []
  }
  return typeof json === 'object' && json !== null ? Object.values(json).flatMap(derIn) : []
}
