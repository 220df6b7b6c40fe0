import { whole } from './arithmetic.ts'
import { type Builtin, unary } from './builtin.ts'
import { isNumber, isText, type Value } from './value.ts'

const MILLISECOND = 1_000_000n
const SECOND = 1_000n * MILLISECOND
const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: MILLISECOND,
  s: SECOND,
  m: 60n * SECOND,
  h: 3_600n * SECOND,
}
const MOMENT = /^(\d{4})-(\d{2})-(\d{2})T(\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d+))?(?:Z|([+-])(\d{2}):(\d{2}))$/
const DURATION = /^[+-]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/
const LONGEST_TEXT = 100

/** Functions of time, in nanoseconds since 1970. What does not fit 64 bits is undefined. */
export const TIMES: Readonly<Record<string, Builtin>> = {
  'time.now_ns': { arity: 0, run: (_, { now }) => now },
  'time.parse_rfc3339_ns': unary((text) => (isText(text) ? parseMoment(text) : undefined)),
  'time.parse_duration_ns': unary((text) => (isText(text) ? parseDurationNs(text) : undefined)),
  'time.add_date': { arity: 4, run: addDate },
}

function parseMoment(text: string): bigint | undefined {
  const parts = text.length > LONGEST_TEXT ? null : MOMENT.exec(text)
  if (parts === null) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number)
  const [fraction = '', sign, hours = '0', minutes = '0'] = parts.slice(7)
  const date = utc(year, month - 1, day)
  // A day that the month does not have would be one of the next.
  const isDay = date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  if (!isDay || hour > 23 || minute > 59 || second > 59 || Number(hours) > 24 || Number(minutes) > 59) return undefined
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -60 : 60)
  const seconds = BigInt(date.getTime() / 1_000 + hour * 3_600 + minute * 60 + second - offset)
  return fits(seconds * SECOND + BigInt(fraction.slice(0, 9).padEnd(9, '0')))
}

// Date.UTC takes the years 0 to 99 for 1900 to 1999.
function utc(year: number, month: number, day: number): Date {
  const date = new Date(0)
  date.setUTCFullYear(year, month, day)
  return date
}

function parseDurationNs(text: string): bigint | undefined {
  if (text.length > LONGEST_TEXT || !DURATION.test(text)) return undefined
  let total = 0n
  for (const [, digits = '', fraction = '', unit = ''] of text.matchAll(/(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/g)) {
    const size = UNITS[unit] ?? 0n
    total += BigInt(digits) * size + (BigInt(fraction) * size) / 10n ** BigInt(fraction.length)
  }
  return fits(text.startsWith('-') ? -total : total)
}

function addDate([start, ...amounts]: readonly Value[]): bigint | undefined {
  if (start === undefined || !isNumber(start) || !amounts.every(isNumber)) return undefined
  const from = whole(start)
  const [years = 0, months = 0, days = 0] = amounts.map(Number)
  if (from === undefined || fits(from) === undefined) return undefined
  const date = new Date(Number(from / MILLISECOND))
  const before = date.getTime()
  date.setUTCFullYear(date.getUTCFullYear() + years, date.getUTCMonth() + months, date.getUTCDate() + days)
  return Number.isInteger(date.getTime()) ? fits(from + BigInt(date.getTime() - before) * MILLISECOND) : undefined
}

function fits(value: bigint): bigint | undefined {
  return BigInt.asIntN(64, value) === value ? value : undefined
}
