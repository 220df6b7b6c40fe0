import { BadInput } from '../core/bad-input.ts'

/** A cursor for the place in a list up to which everything was given: a time, `#` and the image. */
export function encodeCursor(place: string): string {
  return Buffer.from(place).toString('base64url')
}

/** The place that a cursor stands for; throws BadInput for one that we did not give. */
export function decodeCursor(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString()
  if (!/^\d{4}-[^#]+#./.test(text))
    throw new BadInput(`cursor "${cursor.slice(0, 80)}" is not one we gave; leave it out to start again`)
  return text
}
