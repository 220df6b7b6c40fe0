import * as z from 'zod'
import { EcrError } from '../errors.ts'

/** The fields with which a client asks for a page. */
export function paging(most: number) {
  return { nextToken: z.string().optional(), maxResults: z.int().min(1).max(most).optional() }
}

/** The place in an ordered list that a token stands for; before everything when there is none. */
export function placeOf(
  nextToken: string | undefined,
  isPlace = (place: string) => place.startsWith('sha256:'),
): string {
  if (nextToken === undefined) return ''
  const place = Buffer.from(nextToken, 'base64url').toString()
  if (isPlace(place) && tokenFor(place) === nextToken) return place
  throw new EcrError('InvalidParameterException', `nextToken "${nextToken}" was not given by this registry`)
}

/** The token for what comes after this place. */
export function tokenFor(place: string): string {
  return Buffer.from(place).toString('base64url')
}
