const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const
const LONGEST = 365 * SECONDS.d

/** Seconds as a policy would have them, in the largest unit that fits. */
export function formatDuration(seconds: number): string {
  const unit = (['d', 'h', 'm'] as const).find((one) => seconds > 0 && seconds % SECONDS[one] === 0) ?? 's'
  return `${seconds / SECONDS[unit]}${unit}`
}

/** Reads `30s`, `10m`, `2h` or `14d` as seconds; returns the reason as text when it cannot. */
export function parseDuration(text: string): number | string {
  const unit = text.at(-1)
  const digits = text.slice(0, -1)
  if (!/^[0-9]{1,9}$/.test(digits) || (unit !== 's' && unit !== 'm' && unit !== 'h' && unit !== 'd')) {
    return 'a duration is a whole number and one unit: 30s, 10m, 2h or 14d'
  }
  const seconds = Number(digits) * SECONDS[unit]
  return seconds > LONGEST ? 'longer than 365d, the longest allowed' : seconds
}
