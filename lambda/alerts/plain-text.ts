import { UNPRINTABLE } from '../core/unprintable.ts'

/** In characters, not in halves of them. */
const LONGEST = 200

/** Text from registries and certificates, on one line, without anything that could forge the message around it. */
export function plainText(text: string): string {
  const characters = Array.from(text.replaceAll(UNPRINTABLE, '?'))
  return (characters.length <= LONGEST ? characters : [...characters.slice(0, LONGEST - 1), '…']).join('')
}
