/**
 * Reads JSON that must mean the same to every reader: valid UTF-8, and no key twice in one object
 * (JSON.parse keeps the last, other readers the first). A fault says why it does not.
 */
export function parseStrictJson(
  bytes: Uint8Array,
  what = 'the manifest',
): { readonly json: unknown } | { readonly fault: string } {
  let text: string
  let json: unknown
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    json = JSON.parse(text)
  } catch {
    return { fault: `${what} is not JSON` }
  }
  return keysIn(text) === keysOf(json) ? { json } : { fault: `${what} has a key twice` }
}

/** How many keys are written in a JSON text: its strings that a colon follows. */
function keysIn(text: string): number {
  let keys = 0
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at)) {
    at++
    while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
    at++
    while (/\s/.test(text[at] ?? '')) at++
    if (text[at] === ':') keys++
  }
  return keys
}

/** How many keys are left after parsing. Without recursion: nesting may be deep. */
function keysOf(json: unknown): number {
  let keys = 0
  const open = [json]
  while (open.length > 0) {
    const value = open.pop()
    if (typeof value !== 'object' || value === null) continue
    const members = Object.values(value)
    if (!Array.isArray(value)) keys += members.length
    for (const member of members) open.push(member)
  }
  return keys
}
