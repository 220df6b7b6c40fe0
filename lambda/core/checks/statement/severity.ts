import type { Severity } from '../../policy/statement-rules.ts'

/** What scanners and databases call the severities. */
const WORDS: ReadonlyMap<string, Severity> = new Map([
  ['critical', 'critical'],
  ['high', 'high'],
  ['important', 'high'],
  ['medium', 'medium'],
  ['moderate', 'medium'],
  ['low', 'low'],
  ['negligible', 'negligible'],
  ['none', 'negligible'],
  ['unknown', 'unknown'],
])
/** https://www.first.org/cvss/v3.1/specification-document, "Qualitative Severity Rating Scale": from this score on. */
const SCALE: readonly (readonly [from: number, severity: Severity])[] = [
  [9, 'critical'],
  [7, 'high'],
  [4, 'medium'],
  [0, 'low'],
]

/** A severity by its word, whatever its case; none given is `unknown`, another word undefined. */
export function severityOf(word: unknown): Severity | undefined {
  if (word === undefined || word === null || word === '') return 'unknown'
  return typeof word === 'string' ? WORDS.get(word.toLowerCase()) : undefined
}

/** The severity of a CVSS score, 0 to 10; undefined where it is none. */
export function severityOfScore(score: number): Severity | undefined {
  return score <= 10 ? SCALE.find(([from]) => score >= from)?.[1] : undefined
}
