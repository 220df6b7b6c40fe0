import { RE2JS, RE2JSException } from 're2js'
import type { TextMatch } from './policy.ts'

const LONGEST_PATTERN = 4_096

/** Why a pattern cannot be used, or undefined. Patterns are RE2: linear time, no look-around, no back-references. */
export function patternFault(pattern: string): string | undefined {
  if (pattern.length > LONGEST_PATTERN) return `${pattern.length} characters; at most ${LONGEST_PATTERN} are allowed`
  try {
    RE2JS.compile(pattern)
    return undefined
  } catch (error) {
    if (error instanceof RE2JSException) return error.message
    throw error
  }
}

/** Compares a field of a signer's identity with what a policy wants there. */
export function matchesText(want: TextMatch, seen: string): boolean {
  if ('exact' in want) return want.exact === seen
  const pattern = RE2JS.compile(want.pattern)
  return want.full ? pattern.testExact(seen) : pattern.test(seen)
}

// Texts that have nothing in common but being possible identities.
const STRANGERS = [
  '0',
  'stranger@example.net',
  'https://example.org/Any/Thing@refs/heads/x',
  'spiffe://q/ns/w',
  '~Zz_9',
]

/** Whether a wanted text is so wide that strangers meet it. */
export function acceptsAnyone(want: TextMatch): boolean {
  return STRANGERS.every((stranger) => matchesText(want, stranger))
}
