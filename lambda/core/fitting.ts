import { canonicalJson } from './canonical.ts'

/** The first of some ways to write a thing down that takes no more than so many bytes, or else the last of them. */
export function fitting<Thing>(ways: readonly [() => Thing, ...(() => Thing)[]], maxBytes: number): Thing {
  const [first, ...others] = ways
  let thing = first()
  for (const other of others) {
    if (Buffer.byteLength(canonicalJson(thing)) <= maxBytes) return thing
    thing = other()
  }
  return thing
}
