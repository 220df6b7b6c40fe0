import type { RE2JS } from 're2js'
import type { Scalar } from './scalar.ts'

/** What a value may be written as. `text` is the source without white space, `line` 1-based. */
export type Expression = { readonly line: number; readonly text: string } & (
  | { readonly op: 'scalar'; readonly scalar: Scalar }
  | { readonly op: 'type'; readonly kinds: number }
  | { readonly op: 'bound'; readonly sign: Comparison; readonly operand: Expression; readonly pattern?: RE2JS }
  | { readonly op: 'name'; readonly name: string }
  | { readonly op: 'select'; readonly from: Expression; readonly label: string }
  | { readonly op: 'item'; readonly from: Expression; readonly index: number }
  | { readonly op: 'call'; readonly name: string; readonly operands: readonly Expression[] }
  | { readonly op: 'and'; readonly parts: readonly Expression[] }
  | { readonly op: 'or'; readonly parts: readonly Expression[]; readonly marked: readonly boolean[] }
  | { readonly op: 'not' | 'minus'; readonly operand: Expression }
  | {
      readonly op: 'binary'
      readonly sign: Comparison | Arithmetic | '&&' | '||'
      readonly left: Expression
      readonly right: Expression
      readonly pattern?: RE2JS
    }
  | { readonly op: 'list'; readonly items: readonly Expression[]; readonly rest?: Expression; readonly open: boolean }
  | Struct
)

export type Struct = { readonly op: 'struct'; readonly line: number; readonly text: string } & {
  readonly declarations: readonly Declaration[]
  /** What its own values may refer to: fields that are written as identifiers, and lets. */
  readonly names: ReadonlySet<string>
}

export type Declaration =
  | { readonly is: 'field'; readonly label: Label; readonly value: Expression; readonly optional: boolean }
  | { readonly is: 'let'; readonly name: string; readonly value: Expression; readonly line: number }
  | { readonly is: 'pattern'; readonly filter: Expression; readonly value: Expression }
  | { readonly is: 'embedding'; readonly value: Expression }
  | Guard

export type Guard = {
  readonly is: 'guard'
  readonly conditions: readonly Expression[]
  readonly body: Struct
}

/** Hidden: `_x` and `#X` without quotes, which never meet a field of the input. */
export type Label = { readonly name: string; readonly hidden: boolean; readonly quoted: boolean; readonly line: number }

export type Comparison = '<' | '<=' | '>' | '>=' | '==' | '!=' | '=~' | '!~'
export type Arithmetic = '+' | '-' | '*'
