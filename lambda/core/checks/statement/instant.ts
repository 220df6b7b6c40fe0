import * as z from 'zod'

const rfc3339 = z.iso.datetime({ offset: true })

/** A moment as statements write it (RFC 3339, with its zone), in milliseconds; undefined where it is none. */
export function readInstant(value: unknown): number | undefined {
  return rfc3339.safeParse(value).success ? Date.parse(String(value)) : undefined
}
