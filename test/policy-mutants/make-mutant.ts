import { parseAllDocuments } from 'yaml'
import { mutateBytes } from '../hostile/mutate-bytes.ts'
import { type Json, mutateJson, writeJson } from '../hostile/mutate-json.ts'
import { type Random, randomOf } from '../hostile/random.ts'

/** Policy text made from a sample: other bytes, other lines, or other values in its documents. The same from the same numbers. */
export function makeMutant(samples: readonly string[], seed: number, index: number): string {
  const random = randomOf(seed, index)
  const sample = random.pick(samples)
  switch (random.below(4)) {
    case 0:
      return mutateBytes(Buffer.from(sample), random).toString()
    case 1:
      return otherLines(sample.split('\n'), random).join('\n')
    default:
      return otherValues(sample, samples, random)
  }
}

function otherLines(lines: readonly string[], random: Random): string[] {
  const at = random.below(lines.length)
  const line = lines[at] ?? ''
  const changed = random.pick([
    [],
    [line, line],
    [` ${line}`],
    [line.trimStart()],
    [line, '---'],
    [`${line} #`],
    [random.pick(lines)],
  ])
  return lines.toSpliced(at, 1, ...changed)
}

function otherValues(sample: string, samples: readonly string[], random: Random): string {
  const documents = documentsIn(sample)
  const at = random.below(documents.length)
  const donors = { json: [...documents, ...documentsIn(random.pick(samples))], der: [] }
  const texts = documents.map((document, index) =>
    index === at ? writeJson(mutateJson(document, random, donors), random).toString() : JSON.stringify(document),
  )
  return texts.join('\n---\n')
}

function documentsIn(text: string): Json[] {
  return parseAllDocuments(text).map((document) => document.toJS() as Json)
}
