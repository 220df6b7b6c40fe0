// All that could forge a line or hide text: controls, formats, what is not assigned, line separators, and the Hangul fillers, which are letters that show nothing
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]/gu
/** In characters, not in halves of them. */
const LONGEST = 200

/** Text from registries and certificates, on one line, without anything that could forge the message around it. */
export function plainText(text: string): string {
  const characters = Array.from(text.replace(UNSAFE, '?'))
  return (characters.length <= LONGEST ? characters : [...characters.slice(0, LONGEST - 1), '…']).join('')
}
