// C0 and C1 controls, bidirectional overrides, zero-width and line separators: all that could forge a line or hide text
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g
const LONGEST = 200

/** Text from registries and certificates, on one line, without anything that could forge the message around it. */
export function plainText(text: string): string {
  const clean = text.replace(UNSAFE, '?')
  return clean.length <= LONGEST ? clean : `${clean.slice(0, LONGEST - 1)}…`
}
