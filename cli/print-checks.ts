import { styleText } from 'node:util'
import { LONGEST_MESSAGE, plainText } from '../lambda/alerts/plain-text.ts'
import type { Check } from '../lambda/core/verdict.ts'

const MARKS = {
  pass: ['green', '✓'],
  fail: ['red', '✗'],
  warn: ['yellow', '!'],
  skip: ['gray', '-'],
  error: ['yellow', '?'],
} as const

/** One state, one colour, wherever it is printed; plain where the terminal wants none. */
export function paintState(state: string): string {
  if (state === 'verified') return styleText('green', state)
  return styleText(state === 'failed' ? 'red' : 'yellow', state)
}

/** Every check with its outcome and why. */
export function checkLines(checks: readonly Check[]): string[] {
  return checks.map(({ name, outcome, reason, message, platform }) => {
    const [colour, mark] = MARKS[outcome]
    const where = platform === undefined ? '' : ` on ${plainText(platform)}`
    return `  ${styleText(colour, mark)} ${plainText(name)}${where}: ${reason}\n      ${plainText(message, LONGEST_MESSAGE)}`
  })
}
