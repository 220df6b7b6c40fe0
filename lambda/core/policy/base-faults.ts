import { namesVariable } from './cel/names.ts'
import { expressionFault } from './expression.ts'
import type { Fault } from './issues.ts'
import type { Parsed, ParsedPolicy } from './kinds.ts'
import { invalid } from './rules.ts'

/** Bases that a policy asks for and nobody declares: no image could ever stand on one. */
export function baseFaults(parsed: Parsed, declared: readonly string[]): Fault[] {
  const rule = parsed.kind === 'VerificationPolicy' ? parsed.document.spec.base : undefined
  if (rule === undefined) return []
  const path = ['spec', 'base']
  if (declared.length === 0) {
    return [
      { path, of: 'value', message: 'no BaseImage is declared in any policy file, so no image could stand on one' },
    ]
  }
  return (rule.from ?? []).flatMap((name, index) => {
    const at = [...path, 'from', index]
    if (declared.includes(name)) return []
    return [
      {
        path: at,
        of: 'value',
        message: invalid(name, `no BaseImage of this name; there are ${declared.join(', ')}`)(at),
      },
    ]
  })
}

/** That an expression asks about the base where nobody declares any: nothing would ever be known of it. */
export function baseWarnings({ document }: ParsedPolicy, declared: readonly string[]): Fault[] {
  const { type, data: text } = document.spec.policy ?? {}
  if (declared.length > 0 || type !== 'cel' || text === undefined) return []
  const isUsable = expressionFault({ language: 'cel', text }, 'policy') === undefined
  if (!isUsable || !namesVariable(text, 'base')) return []
  const message = 'asks about `base`, and no BaseImage is declared in any policy file: nothing is known of it'
  return [{ path: ['spec', 'policy', 'data'], of: 'value', message }]
}
