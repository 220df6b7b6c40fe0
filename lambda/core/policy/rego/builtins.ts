import type { Builtin } from './builtin.ts'
import { COLLECTIONS } from './builtins-collections.ts'
import { NUMBERS } from './builtins-numbers.ts'
import { STRINGS } from './builtins-strings.ts'
import { TIMES } from './builtins-time.ts'
import { RegoFault } from './fault.ts'

/** The functions and operators that every policy has. */
export const BUILTINS: ReadonlyMap<string, Builtin> = new Map(
  Object.entries({ ...NUMBERS, ...COLLECTIONS, ...STRINGS, ...TIMES }),
)

// `import rego.v1` takes these away.
const DEPRECATED = ['all', 'any', 're_match']
const OF_OTHERS = /^(http|net|io|opa|crypto|rego|rand|uuid|trace|print|walk)\b/

/** A built-in that a policy calls by name. Throws RegoFault where there is none. */
export function builtinNamed(name: string, line: number, strict: boolean): Builtin {
  const builtin = BUILTINS.get(name)
  if (builtin === undefined) {
    const hint = OF_OTHERS.test(name) ? '' : '; CEL may say the same'
    throw new RegoFault(line, `built-in ${name} is not supported${hint}`)
  }
  if (strict && DEPRECATED.includes(name))
    throw new RegoFault(line, `built-in ${name} is deprecated: \`import rego.v1\` takes it away`)
  return builtin
}
