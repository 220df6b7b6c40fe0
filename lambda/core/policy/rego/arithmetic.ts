import { RegoHalt } from './fault.ts'

const LARGEST = 2n ** 1100n

export type Arithmetic = '+' | '-' | '*' | '/' | '%'

/**
 * Whole numbers are exact, and stay whole where the result is; others are rounded to 15 digits, so that decimal fractions
 * come out as they are written. Undefined for a division by zero, and for the rest of a division of fractions.
 */
export function calculate(sign: Arithmetic, a: number | bigint, b: number | bigint): number | bigint | undefined {
  const [left, right] = [whole(a), whole(b)]
  if (left === undefined || right === undefined)
    return sign === '%' ? undefined : calculateFractions(sign, Number(a), Number(b))
  switch (sign) {
    case '+':
      return limited(left + right)
    case '-':
      return limited(left - right)
    case '*':
      return limited(left * right)
    case '/':
      if (right === 0n) return undefined
      return left % right === 0n ? left / right : calculateFractions('/', Number(left), Number(right))
    case '%':
      return right === 0n ? undefined : left % right
  }
  return sign satisfies never
}

/** A number as bigint where it is whole. */
export function whole(value: number | bigint): bigint | undefined {
  if (typeof value === 'bigint') return value
  return Number.isInteger(value) ? BigInt(value) : undefined
}

function calculateFractions(sign: Exclude<Arithmetic, '%'>, a: number, b: number): number | bigint | undefined {
  const results = { '+': a + b, '-': a - b, '*': a * b, '/': a / b }
  const result = results[sign]
  if (!Number.isFinite(result)) return undefined
  return whole(result) ?? rounded(result)
}

function rounded(value: number): number | bigint {
  const decimal = Number(value.toPrecision(15))
  return whole(decimal) ?? decimal
}

function limited(value: bigint): bigint {
  if (value > LARGEST || value < -LARGEST) throw new RegoHalt('a number is too large')
  return value
}
