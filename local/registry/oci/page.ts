import { OciError } from '../errors.ts'
import type { Call } from '../http.ts'

const MAX_PAGE = 1000

/** The `n` of a paged list: at most 1000, which is also what is given unasked. */
export function pageSize(call: Call): number {
  const n = call.query.get('n')
  if (n === null) return MAX_PAGE
  if (!/^\d{1,9}$/.test(n)) throw new OciError('PAGINATION_NUMBER_INVALID', `n is "${n}"; a whole number is allowed`)
  return Math.min(Number(n), MAX_PAGE)
}

/** The page after `last` of an ordered list, and the header that leads to the next one. */
export function pageOf(call: Call, all: readonly string[]): { page: string[]; headers: Record<string, string> } {
  const n = pageSize(call)
  const after = call.query.get('last') ?? ''
  const rest = all.filter((one) => one > after)
  const page = rest.slice(0, n)
  const last = page.at(-1)
  return { page, headers: last === undefined || page.length === rest.length ? {} : nextPage(call, { n: `${n}`, last }) }
}

/** A Link header to the same list with these parameters. */
export function nextPage(call: Call, more: Readonly<Record<string, string>>): Record<string, string> {
  const query = new URLSearchParams(call.query)
  for (const [name, value] of Object.entries(more)) query.set(name, value)
  return { link: `<${call.path}?${query.toString()}>; rel="next"` }
}
