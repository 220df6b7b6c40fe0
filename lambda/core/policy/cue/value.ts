import { kindName, LIST, STRUCT } from './kinds.ts'
import { isOf, type Node } from './node.ts'
import { type Scalar, scalarOf, showScalar } from './scalar.ts'
import { cut, showNode } from './show.ts'

/** A concrete value: a plain one, a struct or a list, or the items of a list that is written as an argument. */
export type Concrete = { readonly scalar: Scalar } | { readonly node: Node } | { readonly items: readonly Scalar[] }

/** What an expression comes to: a value or a fault; undefined while it is not concrete. */
export type Value = Concrete | { readonly fault: string } | undefined

/** The longest text that is put together. */
export const LONGEST = 64 * 1_024

/** A plain value. */
export function plain(value: boolean | number | string): Value {
  return { scalar: scalarOf(value) }
}

/** The type of a value. */
export function kindsOf(value: Concrete): number {
  if ('scalar' in value) return value.scalar.kinds
  return 'items' in value || ('node' in value && isOf(value.node, LIST)) ? LIST : STRUCT
}

/** A value as CUE writes it. */
export function show(value: Concrete): string {
  if ('scalar' in value) return showScalar(value.scalar)
  if ('items' in value) return cut(`[${value.items.map(showScalar).join(',')}]`)
  return showNode(value.node)
}

/** A value with its type, for a message: `1 (type int)`. */
export function showTyped(value: Concrete): string {
  return `${show(value)} (type ${kindName(kindsOf(value))})`
}
