import {
  type EventPattern,
  type Excluded,
  type IgnoreCase,
  isFields,
  type Leaf,
  type Matcher,
} from './event-pattern.ts'
import { matchesParts, parseWildcard } from './wildcard.ts'

/**
 * Whether an event matches a pattern, as EventBridge decides it. The pattern must have passed `validatePattern`.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function matches(pattern: EventPattern, event: unknown): boolean {
  // In a list, one element has to match all that is asked of the fields below.
  if (Array.isArray(event) && event.length > 0) return event.some((element) => matches(pattern, element))
  const fields = isFields(event) ? event : {}
  return Object.entries(pattern).every(([name, wanted]) => {
    if (name === '$or') return (wanted as readonly EventPattern[]).some((one) => matches(one, event))
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (isFields(wanted)) return matches(wanted as EventPattern, value)
    return matchesAny(wanted as readonly Matcher[], leavesOf(value))
  })
}

function matchesAny(matchers: readonly Matcher[], leaves: readonly Leaf[]): boolean {
  return matchers.some((matcher) => {
    if (isFields(matcher) && 'exists' in matcher) return matcher.exists === leaves.length > 0
    return leaves.some((leaf) => matchesLeaf(matcher, leaf))
  })
}

function matchesLeaf(matcher: Matcher, leaf: Leaf): boolean {
  if (!isFields(matcher)) return matcher === leaf
  if ('anything-but' in matcher) return !excluded(matcher['anything-but']).some((one) => matchesLeaf(one, leaf))
  if ('numeric' in matcher) return typeof leaf === 'number' && isWithin(matcher.numeric, leaf)
  if (typeof leaf !== 'string') return false
  if ('prefix' in matcher) return compare(matcher.prefix, leaf, (text, prefix) => text.startsWith(prefix))
  if ('suffix' in matcher) return compare(matcher.suffix, leaf, (text, suffix) => text.endsWith(suffix))
  if ('wildcard' in matcher) return matchesParts(parseWildcard(matcher.wildcard) ?? [], leaf)
  return 'equals-ignore-case' in matcher && compare(matcher, leaf, (text, other) => text === other)
}

// Leaving out is not matching any of what would let in.
function excluded(operand: Excluded): readonly Matcher[] {
  if (!isFields(operand)) return [operand].flat()
  return Object.entries(operand).flatMap(([operator, texts]) =>
    [texts].flat().map((text) => ({ [operator]: text }) as Matcher),
  )
}

function compare(operand: string | IgnoreCase, text: string, test: (text: string, operand: string) => boolean) {
  if (typeof operand === 'string') return test(text, operand)
  return test(text.toLowerCase(), operand['equals-ignore-case'].toLowerCase())
}

function isWithin([operator, bound, ...rest]: readonly (string | number)[], value: number): boolean {
  if (operator === undefined) return true
  return isOnSide(value, operator, Number(bound)) && isWithin(rest, value)
}

function isOnSide(value: number, operator: string | number, bound: number): boolean {
  switch (operator) {
    case '<':
      return value < bound
    case '<=':
      return value <= bound
    case '>':
      return value > bound
    case '>=':
      return value >= bound
    default:
      return value === bound
  }
}

// Objects are not values: `exists` does not see them either.
function leavesOf(value: unknown): readonly Leaf[] {
  if (Array.isArray(value)) return value.flatMap(leavesOf)
  return value === undefined || isFields(value) ? [] : [value as Leaf]
}
