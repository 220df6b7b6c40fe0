export const RFC3339 = '2006-01-02T15:04:05Z07:00'
const DATE = '2006-01-02'

/** The constants of CUE's package time that are layouts, by name. */
export const LAYOUTS: ReadonlyMap<string, string> = new Map([
  ['time.RFC3339', RFC3339],
  ['time.RFC3339Nano', '2006-01-02T15:04:05.999999999Z07:00'],
  ['time.RFC3339Date', DATE],
])

const TIME =
  /^(\d{4})-(\d\d)-(\d\d)(?:T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:[.,](\d{1,9})\d*)?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d)))?$/

/** The instant of a text in UTC, as time.Parse of CUE gives it (RFC 3339, fraction without trailing zeros); undefined where it is none. */
export function parseTime(layout: string, text: string): string | undefined {
  const parts = TIME.exec(text)
  if (parts === null || (parts[4] === undefined) !== (layout === DATE)) return undefined
  const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHour, offsetMinute] = parts
  const date = Date.parse(`${year}-${month}-${day}T00:00:00Z`)
  // A day that its month does not have rolls over, or is no date at all
  if (Number.isNaN(date) || !new Date(date).toISOString().startsWith(`${year}-${month}-${day}`)) return undefined
  const offset = (Number(offsetHour ?? 0) * 60 + Number(offsetMinute ?? 0)) * (sign === '-' ? -1 : 1)
  const minutes = Number(hour ?? 0) * 60 + Number(minute ?? 0) - offset
  const instant = new Date(date + (minutes * 60 + Number(second ?? 0)) * 1000).toISOString()
  if (!/^\d{4}-/.test(instant)) return undefined
  const rest = fraction.replace(/0+$/, '')
  return instant.replace(/\.000Z$/, rest === '' ? 'Z' : `.${rest}Z`)
}
