import { type Arithmetic, calculate, whole } from './arithmetic.ts'
import { type Builtin, binary, unary } from './builtin.ts'
import { hasMember, makeSet } from './collection.ts'
import { compare } from './compare.ts'
import { parseNumber } from './tokens.ts'
import { isArray, isNumber, isSet, type Value } from './value.ts'
import { spend } from './work.ts'

type Sets = (
  a: ReadonlySet<Value>,
  b: ReadonlySet<Value>,
  has: (set: ReadonlySet<Value>, member: Value) => boolean,
) => Value[]

/** Operators, and functions of numbers. */
export const NUMBERS: Readonly<Record<string, Builtin>> = {
  '==': comparison((difference) => difference === 0),
  '!=': comparison((difference) => difference !== 0),
  '<': comparison((difference) => difference < 0),
  '<=': comparison((difference) => difference <= 0),
  '>': comparison((difference) => difference > 0),
  '>=': comparison((difference) => difference >= 0),
  in: binary((member, collection, { work }) => hasMember(collection, member, work)),
  '+': arithmetic('+'),
  '*': arithmetic('*'),
  '/': arithmetic('/'),
  '%': arithmetic('%'),
  '-': {
    arity: 2,
    run: (args, context) =>
      (args.every(isNumber) ? arithmetic('-') : sets((a, b, has) => [...a].filter((one) => !has(b, one)))).run(
        args,
        context,
      ),
  },
  '&': sets((a, b, has) => [...a].filter((one) => has(b, one))),
  '|': sets((a, b) => [...a, ...b]),
  abs: unary((value) => (isNumber(value) && value < 0 ? -value : numberOnly(value))),
  ceil: rounding(Math.ceil),
  floor: rounding(Math.floor),
  round: rounding((value) => Math.sign(value) * Math.round(Math.abs(value))),
  sum: fold('+', 0n),
  product: fold('*', 1n),
  to_number: unary(toNumber),
}

function comparison(holds: (difference: number) => boolean): Builtin {
  return binary((a, b, { work }) => holds(compare(a, b, work)))
}

function arithmetic(sign: Arithmetic): Builtin {
  return binary((a, b) => (isNumber(a) && isNumber(b) ? calculate(sign, a, b) : undefined))
}

function sets(members: Sets): Builtin {
  return binary((a, b, { work }) => {
    if (!isSet(a) || !isSet(b)) return undefined
    return makeSet(
      members(a, b, (set, member) => hasMember(set, member, work)),
      work,
    )
  })
}

function numberOnly(value: Value): Value | undefined {
  return isNumber(value) ? value : undefined
}

// Whole numbers stay as they are: they may be more than a double can hold.
function rounding(round: (value: number) => number): Builtin {
  return unary((value) => (isNumber(value) ? (whole(value) ?? whole(round(Number(value)))) : undefined))
}

function fold(sign: Arithmetic, start: bigint): Builtin {
  return unary((value, { work }) => {
    if (!isArray(value) && !isSet(value)) return undefined
    let result: number | bigint = start
    for (const member of value) {
      spend(work, 1)
      const next: number | bigint | undefined = isNumber(member) ? calculate(sign, result, member) : undefined
      if (next === undefined) return undefined
      result = next
    }
    return result
  })
}

function toNumber(value: Value): Value | undefined {
  if (value === null) return 0n
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (isNumber(value)) return value
  if (typeof value !== 'string' || !/^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/.test(value))
    return undefined
  return parseNumber(value)
}
