import { type Fault, seen } from './checks/statement/finding.ts'
import { readInstant } from './checks/statement/instant.ts'
import { isObject } from './is-object.ts'

/** The predicate type by which Chainguard tells that an image is at its end: https://edu.chainguard.dev, "Retrieve SBOMs". */
export const END_OF_LIFE = 'https://chainguard.dev/end-of-life'

/**
 * When the main package of an image is at its end, and until when the image is still rebuilt, both ISO 8601 in UTC. Chainguard
 * publishes the statement for images in that grace period only: one without dates says that the end has come.
 */
export type EndOfLife = { readonly endOfLifeAt?: string; readonly graceUntil?: string; readonly fault?: string }

// Nowhere is the predicate published. These are the names that Chainguard's API gives the same facts (registry/v1/eoltags, in
// "EOL grace period" of https://edu.chainguard.dev), as it writes them and as protobuf names them, and endoflife.date's own.
const END = ['eolDate', 'eol_date', 'eol']
const GRACE = ['gracePeriodExpiryDate', 'grace_period_expiry_date']
const WITHIN = ['mainPackageVersion', 'main_package_version']

/**
 * Reads a statement of that type, and never throws. The names of its fields are not documented and taken from Chainguard's API,
 * the dates as `2025-04-30`, which is its midnight in UTC, or as an instant. `fault`: what is told in no or in several ways.
 */
export function endOfLife({ predicateType, predicate }: Readonly<Record<string, unknown>>): EndOfLife {
  if (predicateType !== END_OF_LIFE)
    return { fault: `the predicate type is ${seen(predicateType)}, not ${END_OF_LIFE}` }
  if (!isObject(predicate)) return { fault: `the predicate is ${seen(predicate)}, not an object` }
  const end = dateIn(predicate, END)
  const grace = dateIn(predicate, GRACE)
  const fault = [end, grace].find((one) => 'fault' in one)?.fault
  return {
    ...('at' in end && { endOfLifeAt: end.at }),
    ...('at' in grace && { graceUntil: grace.at }),
    ...(fault !== undefined && { fault }),
  }
}

type Dated = { readonly at?: string } | Fault

function dateIn(predicate: Readonly<Record<string, unknown>>, names: readonly string[]): Dated {
  const places = [predicate, ...WITHIN.map((name) => predicate[name]).filter(isObject)]
  // endoflife.date also tells only whether there is an end; null is Chainguard's for none, '' that of protobuf
  const told = places
    .flatMap((place) => names.map((name) => ({ name, value: place[name] })))
    .filter(({ value }) => value !== undefined && value !== null && value !== '' && typeof value !== 'boolean')
  const dates = told.map(({ value }) => readDate(value))
  const wrong = told[dates.indexOf(undefined)]
  if (wrong !== undefined) return { fault: `${wrong.name} is ${seen(wrong.value)}, not a date such as 2025-04-30` }
  const [at, other] = new Set(dates.filter((date) => date !== undefined))
  if (at === undefined) return {}
  return other === undefined ? { at } : { fault: `${names[0]} is told as ${at} and as ${other}` }
}

function readDate(value: unknown): string | undefined {
  const isDay = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value)
  const at = readInstant(isDay ? `${value}T00:00:00Z` : value)
  return at === undefined ? undefined : new Date(at).toISOString()
}
