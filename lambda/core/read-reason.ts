import { BadInput } from './bad-input.ts'
import { UNPRINTABLE } from './unprintable.ts'

const LONGEST_REASON = 500

/** Why a person does something, in their words; throws BadInput where it cannot be kept and shown as it is. */
export function readReason(text: string): string {
  const reason = text.trim()
  const { length } = Array.from(reason)
  if (length === 0 || length > LONGEST_REASON) {
    throw new BadInput(`reason of ${length} characters; 1 to ${LONGEST_REASON} are allowed`)
  }
  const odd = reason.match(UNPRINTABLE)?.[0]?.codePointAt(0)
  if (odd === undefined) return reason
  const code = odd.toString(16).toUpperCase().padStart(4, '0')
  throw new BadInput(`reason holds the character U+${code}; printable text on one line is allowed`)
}
