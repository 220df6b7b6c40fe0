/** A value at the end of a path through an event. */
export type Leaf = string | number | boolean | null

/** One way for a value to match. */
export type Matcher = Leaf | Comparison

/** The comparisons of EventBridge that are understood here: all but `cidr`. */
export type Comparison =
  | { readonly prefix: string | IgnoreCase }
  | { readonly suffix: string | IgnoreCase }
  | IgnoreCase
  | { readonly wildcard: string }
  | { readonly exists: boolean }
  | { readonly numeric: readonly (string | number)[] }
  | { readonly 'anything-but': Excluded }

/** The text itself, in capitals or not. */
export type IgnoreCase = { readonly 'equals-ignore-case': string }

/** What `anything-but` leaves out: values, or all that some texts are a prefix, a suffix, … of. */
export type Excluded =
  | string
  | number
  | readonly string[]
  | readonly number[]
  | { readonly prefix: Texts }
  | { readonly suffix: Texts }
  | { readonly wildcard: Texts }
  | { readonly 'equals-ignore-case': Texts }

type Texts = string | readonly string[]

/** An EventBridge pattern: for each field a list of matchers, or a pattern of the fields below it. */
export type EventPattern = { readonly [field: string]: EventPattern | readonly Matcher[] | readonly EventPattern[] }

/** Whether a value is an object with fields, and not a list. */
export function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
