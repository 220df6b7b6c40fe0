import type { Value } from './value.ts'
import type { Work } from './work.ts'

/** A function of Rego. `run` gives undefined where the arguments are of the wrong type, or the result is none. */
export type Builtin = {
  readonly arity: number
  readonly run: (args: readonly Value[], context: Context) => Value | undefined
}

/** What a built-in may use besides its arguments; `now` is in nanoseconds since 1970. */
export type Context = { readonly work: Work; readonly now: bigint }

/** A built-in of one argument. */
export function unary(run: (value: Value, context: Context) => Value | undefined): Builtin {
  return { arity: 1, run: ([value], context) => (value === undefined ? undefined : run(value, context)) }
}

/** A built-in of two arguments. */
export function binary(run: (a: Value, b: Value, context: Context) => Value | undefined): Builtin {
  return { arity: 2, run: ([a, b], context) => (a === undefined || b === undefined ? undefined : run(a, b, context)) }
}

/** A built-in of three arguments. */
export function ternary(run: (a: Value, b: Value, c: Value, context: Context) => Value | undefined): Builtin {
  return {
    arity: 3,
    run: ([a, b, c], context) =>
      a === undefined || b === undefined || c === undefined ? undefined : run(a, b, c, context),
  }
}
