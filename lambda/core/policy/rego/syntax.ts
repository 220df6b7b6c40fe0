import type { Value } from './value.ts'

/** A term: what has a value. In a pattern (left of `:=`, in a reference, as a parameter) variables take theirs from what they meet. */
export type Term = { readonly line: number } & (
  | { readonly kind: 'constant'; readonly value: Value }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'input' }
  | { readonly kind: 'rule'; readonly name: string }
  | { readonly kind: 'reference'; readonly root: Term; readonly path: readonly Term[] }
  | {
      readonly kind: 'call'
      readonly name: string
      readonly of: 'unknown' | 'policy' | 'built-in'
      readonly args: readonly Term[]
    }
  | { readonly kind: 'array' | 'set'; readonly items: readonly Term[] }
  | { readonly kind: 'object'; readonly items: readonly Term[] } // key, value, key, value, …
  | Comprehension
)

/** The head has two terms (key, value) where an object is made, else one. */
export type Comprehension = {
  readonly kind: 'comprehension'
  readonly makes: 'array' | 'set' | 'object'
  readonly head: readonly Term[]
  readonly body: Body
}

/** An expression of a body. All must hold, in whatever order they are written. */
export type Expression = { readonly line: number } & (
  | { readonly kind: 'holds'; readonly term: Term }
  | { readonly kind: 'declare'; readonly names: readonly string[] }
  /** `=`, and `:=` where it declares the variables of the pattern. */
  | { readonly kind: 'match'; readonly pattern: Term; readonly term: Term; readonly declares: boolean }
  /** `needed` must have values, see negation.ts. */
  | { readonly kind: 'not'; readonly expression: Expression; readonly needed: readonly Term[] }
  /** `some value in term`, `some key, value in term`. */
  | { readonly kind: 'some'; readonly key: Term; readonly value: Term; readonly term: Term }
  | { readonly kind: 'every'; readonly key: Term; readonly value: Term; readonly term: Term; readonly body: Body }
)

export type Body = readonly Expression[]

/** One way to a value: the rule itself, or an `else` of it. Sets have keys, objects both. */
export type Branch = { readonly key?: Term; readonly value?: Term; readonly body: Body }

export type Rule = {
  readonly line: number
  readonly name: string
  readonly kind: 'complete' | 'set' | 'object' | 'function'
  readonly parameters: readonly Term[]
  readonly branches: readonly Branch[]
}

/** A policy as it was written. */
export type Module = {
  readonly rules: readonly Rule[]
  readonly defaults: readonly Default[]
  readonly strict: boolean
}
export type Default = { readonly line: number; readonly name: string; readonly value: Term }

/** All rules of a name. */
export type Definition = {
  readonly line: number
  readonly kind: Rule['kind']
  readonly arity: number
  readonly rules: readonly Rule[]
  readonly fallback?: Term
}

/** A policy that can be evaluated. */
export type Policy = ReadonlyMap<string, Definition>
