/** All times of the model are milliseconds from here. */
const BEGIN = Date.parse('2026-11-22T12:00:00.000Z')

export function iso(clock: number): string {
  return new Date(BEGIN + clock).toISOString()
}

export function clockOf(time: string): number {
  return Date.parse(time) - BEGIN
}
