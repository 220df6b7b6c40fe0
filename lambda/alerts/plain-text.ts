import { UNPRINTABLE } from '../core/unprintable.ts'

/** In characters, not in halves of them. */
const LONGEST = 200
/** As long as messages of checks are kept. */
export const LONGEST_MESSAGE = 500

/** Text from registries and certificates, on one line, without anything that could forge the message around it. */
export function plainText(text: string, longest = LONGEST): string {
  const characters = Array.from(text.replaceAll(UNPRINTABLE, '?'))
  return (characters.length <= longest ? characters : [...characters.slice(0, longest - 1), '…']).join('')
}
