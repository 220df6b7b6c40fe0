import { BadInput } from '../core/bad-input.ts'

export type Query = Readonly<Record<string, string | undefined>>

const LARGEST_PAGE = 100
const USUAL_PAGE = 50

/** The `limit` parameter: 1 to 100, larger ones clamped (CVE-2023-2253). */
export function limitParameter(value: string | undefined): number {
  if (value === undefined) return USUAL_PAGE
  const limit = Number(value)
  if (Number.isInteger(limit) && limit >= 1) return Math.min(limit, LARGEST_PAGE)
  throw new BadInput(`limit "${value}" is not a whole number from 1 to ${LARGEST_PAGE}`)
}

/** A request's JSON body, whatever way API Gateway encoded it. */
export function jsonBody({
  body,
  isBase64Encoded,
}: {
  readonly body?: string
  readonly isBase64Encoded: boolean
}): unknown {
  const text = isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString() : (body ?? '')
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new BadInput('the body is not JSON')
  }
}
