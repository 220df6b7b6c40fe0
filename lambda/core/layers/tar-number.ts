const POSITIVE = 0x80
const NEGATIVE = 0xff
const MAX_INT64 = 2n ** 63n - 1n

/** A count in a tar header: octal digits, or base-256 (GNU). Undefined where it is none, negative or larger than can be counted. */
export function readCount(field: Buffer): number | undefined {
  const value = readInteger(field)
  return value !== undefined && value >= 0 && Number.isSafeInteger(value) ? value : undefined
}

/** Any number in a tar header, such as a time before 1970. Only what all readers agree on: no NUL before or between the digits. */
export function readInteger(field: Buffer): number | undefined {
  const [first = 0] = field
  if ((first & POSITIVE) === 0) {
    const [, digits] = /^ *([0-7]*)[ \0]*$/.exec(field.toString('latin1')) ?? []
    return digits === undefined ? undefined : Number.parseInt(`0${digits}`, 8)
  }
  if (first !== POSITIVE && first !== NEGATIVE) return undefined
  // Go's reader takes the first bit for the mark, and all but the last 63 for too many
  const rest = BigInt(`0x${field.toString('hex')}`)
  const value = first === NEGATIVE ? BigInt.asIntN(field.length * 8, rest) : BigInt.asUintN(field.length * 8 - 1, rest)
  return value > MAX_INT64 || value < -MAX_INT64 - 1n ? undefined : Number(value)
}
