import { holds, lengthOf, matchCost } from './atoms.ts'
import { BOOL, INT, kindName, NUMBER } from './kinds.ts'
import { spend, type World } from './node.ts'
import { compareScalars, type Scalar } from './scalar.ts'
import type { Expression } from './syntax.ts'
import { type Concrete, kindsOf, LONGEST, plain, show, showTyped, type Value } from './value.ts'

/** What `!` or `-` makes of a value. */
export function applyUnary({ op, operand }: Expression & { readonly op: 'not' | 'minus' }, value: Concrete): Value {
  const given = 'scalar' in value ? value.scalar.value : undefined
  if (op === 'not' && typeof given === 'boolean') return plain(!given)
  if (op === 'minus' && typeof given === 'number') return plain(0 - given)
  const sign = op === 'not' ? '!' : '-'
  return { fault: `invalid operation ${sign}${operand.text} (${sign} ${kindName(kindsOf(value))})` }
}

type Binary = Expression & { readonly op: 'binary' }

/** What a binary operator makes of two values. Values of different types are not equal, and have no order. */
export function applyBinary({ sign, pattern }: Binary, left: Concrete, right: Concrete, world: World): Value {
  if (sign === '&&' || sign === '||') return logic(sign, left, right)
  const one = 'scalar' in left ? left.scalar : undefined
  const other = 'scalar' in right ? right.scalar : undefined
  if (pattern !== undefined) {
    if (typeof one?.value !== 'string') return { fault: `cannot use ${showTyped(left)} as type string in ${sign}` }
    spend(world, matchCost(one.value.length, pattern))
    return plain(pattern.test(one.value) === (sign === '=~'))
  }
  spend(world, (lengthOf(one) + lengthOf(other)) / 64)
  const result = one === undefined || other === undefined ? undefined : compute(sign, one, other)
  if (result !== undefined) return plain(result)
  if ((sign === '==' || sign === '!=') && kindsOf(left) !== kindsOf(right)) return plain(sign === '!=')
  const types = `(type ${kindName(kindsOf(left))} and ${kindName(kindsOf(right))})`
  return { fault: `invalid operands ${show(left)} and ${show(right)} to '${sign}' ${types}` }
}

function compute(sign: string, one: Scalar, other: Scalar): boolean | number | string | undefined {
  if (sign === '==' || sign === '!=') {
    const numbers = (one.kinds & other.kinds & NUMBER) !== 0 || ((one.kinds | other.kinds) & ~NUMBER) === 0
    const equal = one.value === other.value && (numbers || one.kinds === other.kinds)
    return equal === (sign === '==')
  }
  if (sign === '<' || sign === '<=' || sign === '>' || sign === '>=') return holds(sign, compareScalars(one, other))
  if (sign === '+' && typeof one.value === 'string' && typeof other.value === 'string') {
    return one.value.length + other.value.length > LONGEST ? undefined : one.value + other.value
  }
  // CUE reckons with decimals of any length: only ints that JavaScript keeps exactly come to the same
  if (one.kinds !== INT || other.kinds !== INT) return undefined
  const [left, right] = [Number(one.value), Number(other.value)]
  const result = sign === '+' ? left + right : sign === '-' ? left - right : left * right
  return Number.isSafeInteger(result) ? result : undefined
}

function logic(sign: '&&' | '||', left: Concrete, right: Concrete): Value {
  for (const value of [left, right]) {
    if (kindsOf(value) !== BOOL) return { fault: `cannot use ${showTyped(value)} as type bool in ${sign}` }
  }
  const [one, other] = [left, right].map((value) => 'scalar' in value && value.scalar.value === true)
  return plain(sign === '&&' ? one === true && other === true : one === true || other === true)
}
