/** Sets of CUE's basic types, as bits. */
export const NULL = 1
export const BOOL = 2
export const INT = 4
export const FLOAT = 8
export const STRING = 16
export const BYTES = 32
export const LIST = 64
export const STRUCT = 128
export const NUMBER = INT | FLOAT
export const ANY = 255

const NAMES: readonly (readonly [kinds: number, name: string])[] = [
  [NULL, 'null'],
  [BOOL, 'bool'],
  [STRING, 'string'],
  [BYTES, 'bytes'],
  [LIST, 'list'],
  [STRUCT, 'struct'],
  [NUMBER, 'number'],
  [INT, 'int'],
  [FLOAT, 'float'],
]

/** A set of types in CUE's words: `int`, `number`, `(string|list)`. */
export function kindName(kinds: number): string {
  let left = kinds
  const names: string[] = []
  for (const [part, name] of NAMES) {
    if ((left & part) !== part) continue
    names.push(name)
    left &= ~part
  }
  return names.length === 1 ? `${names[0]}` : `(${names.join('|')})`
}
