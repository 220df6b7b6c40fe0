import {
  changeAnnotations,
  changeBundle,
  changeDer,
  changeInnerJson,
  changeLayer,
  changeManifest,
  changeText,
} from './change-evidence.ts'
import type { Corpus } from './corpus.ts'
import { issueCertificate, logBody, signPayload } from './genuine-evidence.ts'
import { KINDS, type Kind, type Mutant } from './mutant.ts'
import { type Random, randomOf } from './random.ts'

type Maker = (corpus: Corpus, random: Random) => Omit<Mutant, 'kind'>

const MAKERS: Readonly<Record<Kind, Maker>> = {
  bundle: changeBundle,
  text: changeText,
  certificate: (corpus, random) => changeDer(corpus, random, 'rawBytes'),
  timestamp: (corpus, random) => changeDer(corpus, random, 'signedTimestamp'),
  'log body': (corpus, random) => changeInnerJson(corpus, random, 'canonicalizedBody'),
  payload: (corpus, random) => changeInnerJson(corpus, random, 'payload'),
  signature: (corpus, random) => changeDer(corpus, random, 'sig', 'signature', 'signedEntryTimestamp'),
  annotations: changeAnnotations,
  'legacy layer': changeLayer,
  manifest: changeManifest,
  'signed payload': signPayload,
  'issued certificate': issueCertificate,
  'logged body': logBody,
}

/** One mutant of a run. It depends on nothing but seed and index, apart from the fresh keys of the corpus. */
export function makeMutant(corpus: Corpus, seed: number, index: number): Mutant {
  const kind = KINDS[index % KINDS.length] ?? 'bundle'
  return { kind, ...MAKERS[kind](corpus, randomOf(seed, index)) }
}
