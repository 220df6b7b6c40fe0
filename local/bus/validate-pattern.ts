import { BadInput } from '../../lambda/core/bad-input.ts'
import { type EventPattern, isFields } from './event-pattern.ts'
import { parseWildcard } from './wildcard.ts'

type Rule = { readonly allowed: string; readonly accepts: (operand: unknown) => boolean }

const MAX_NUMBER = 5e9
const LOWER = ['>', '>=']
const UPPER = ['<', '<=']
const IGNORE_CASE = '{"equals-ignore-case": text}'

const NESTED = ['prefix', 'suffix', 'wildcard', 'equals-ignore-case']
const RULES: ReadonlyMap<string, Rule> = new Map([
  ['prefix', { allowed: `a text or ${IGNORE_CASE}`, accepts: isTextOrIgnoreCase }],
  ['suffix', { allowed: `a text or ${IGNORE_CASE}`, accepts: isTextOrIgnoreCase }],
  ['equals-ignore-case', { allowed: 'a text', accepts: isText }],
  ['wildcard', { allowed: 'a text without "**", with "\\" only before "*" or "\\"', accepts: isWildcard }],
  ['exists', { allowed: 'true or false', accepts: (operand) => typeof operand === 'boolean' }],
  ['numeric', { allowed: 'an operator and a number, or a lower and an upper bound, within ±5e9', accepts: isNumeric }],
  [
    'anything-but',
    { allowed: `a text, a number, a list of either, or ${NESTED.join(', ')} of texts`, accepts: isExcluded },
  ],
])

/** Throws BadInput, naming the field and what is allowed there, unless the pattern is one EventBridge would take. */
export function validatePattern(pattern: unknown): asserts pattern is EventPattern {
  checkFields(pattern, 'the pattern')
}

function checkFields(value: unknown, at: string): void {
  if (!isFields(value) || Object.keys(value).length === 0) throw wrong(at, value, 'an object with at least one field')
  for (const [name, wanted] of Object.entries(value)) {
    const below = at === 'the pattern' ? name : `${at}.${name}`
    if (name === '$or') checkAlternatives(wanted, below)
    else if (Array.isArray(wanted)) checkMatchers(wanted, below)
    else checkFields(wanted, below)
  }
}

function checkAlternatives(value: unknown, at: string): void {
  if (!Array.isArray(value) || value.length < 2) throw wrong(at, value, 'a list of at least two patterns')
  value.forEach((one, index) => {
    checkFields(one, `${at}[${index}]`)
  })
}

function checkMatchers(matchers: readonly unknown[], at: string): void {
  if (matchers.length === 0) throw wrong(at, matchers, 'a list with at least one matcher')
  for (const matcher of matchers) {
    if (matcher === null || ['string', 'number', 'boolean'].includes(typeof matcher)) continue
    const [entry, ...more] = isFields(matcher) ? Object.entries(matcher) : []
    const rule = entry && RULES.get(entry[0])
    if (entry === undefined || rule === undefined || more.length > 0) {
      throw wrong(at, matcher, `a value, or one of ${[...RULES.keys()].join(', ')}`)
    }
    if (!rule.accepts(entry[1])) throw wrong(`${at}, ${entry[0]}`, entry[1], rule.allowed)
  }
}

function wrong(at: string, value: unknown, allowed: string): BadInput {
  return new BadInput(`event pattern: ${at} is ${JSON.stringify(value)}; allowed is ${allowed}`)
}

function isText(operand: unknown): boolean {
  return typeof operand === 'string'
}

function isWildcard(operand: unknown): boolean {
  return typeof operand === 'string' && parseWildcard(operand) !== undefined
}

function isTextOrIgnoreCase(operand: unknown): boolean {
  if (!isFields(operand)) return isText(operand)
  return Object.keys(operand).length === 1 && isText(operand['equals-ignore-case'])
}

function isNumber(operand: unknown): boolean {
  return typeof operand === 'number' && Math.abs(operand) <= MAX_NUMBER
}

function isNumeric(operand: unknown): boolean {
  if (!Array.isArray(operand)) return false
  const [first, from, second, to] = operand
  if (operand.length === 2) return [...LOWER, ...UPPER, '='].includes(first) && isNumber(from)
  const isRange = operand.length === 4 && LOWER.includes(first) && UPPER.includes(second)
  return isRange && isNumber(from) && isNumber(to) && from < to
}

function isExcluded(operand: unknown): boolean {
  if (isFields(operand)) {
    const [entry, ...more] = Object.entries(operand)
    if (entry === undefined || more.length > 0 || !NESTED.includes(entry[0])) return false
    return isListOf(entry[1], entry[0] === 'wildcard' ? isWildcard : isText)
  }
  return isListOf(operand, isText) || isListOf(operand, isNumber)
}

// One alone stands for a list of it.
function isListOf(operand: unknown, accepts: (one: unknown) => boolean): boolean {
  const list = [operand].flat()
  return list.length > 0 && list.every(accepts)
}
