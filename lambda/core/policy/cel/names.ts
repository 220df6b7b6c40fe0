import { nodesIn, parseNodes } from './rewrite.ts'

/** The names that an expression may follow from a variable; true: what comes after is not known. */
export type Names = { readonly [name: string]: Names | true }

type Node = ReturnType<typeof parseNodes>[number]

/** What an expression asks for by a name that nothing has, or of a length of time that is none; undefined where there is nothing such. */
export function nameFault(text: string, names: Names): string | undefined {
  const nodes = parseNodes(text)
  for (const node of nodes) {
    const fault = pathFault(pathOf(node), names) ?? durationFault(node)
    if (fault !== undefined) return fault
  }
  return undefined
}

/** Whether an expression asks for anything by the name of a variable. */
export function namesVariable(text: string, name: string): boolean {
  return parseNodes(text).some(({ op, args }) => op === 'id' && args === name)
}

/** `a.b["c"]` as its names; undefined where it is no path of names from a variable. */
function pathOf({ op, args }: Node): readonly string[] | undefined {
  if (op === 'id') return [String(args)]
  if (op !== '.' && op !== '[]') return undefined
  const [of, key] = args as [Node, unknown]
  const name = typeof key === 'string' ? key : literal(key)
  const path = pathOf(of)
  return path === undefined || name === undefined ? undefined : [...path, name]
}

function pathFault(path: readonly string[] | undefined, names: Names): string | undefined {
  let known: Names | true | undefined = names
  for (const [at, name] of (path ?? []).entries()) {
    if (known === true || (at === 0 && !Object.hasOwn(names, name))) return undefined
    const next: Names | true | undefined = Object.hasOwn(known, name) ? known[name] : undefined
    if (next === undefined)
      return `${path?.slice(0, at + 1).join('.')}: there is ${Object.keys(known).join(', ') || 'nothing'}`
    known = next
  }
  return undefined
}

function durationFault({ op, args }: Node): string | undefined {
  const [name, given] = op === 'call' ? (args as [string, unknown[]]) : ['', []]
  const text = name === 'duration' ? literal(given[0]) : undefined
  if (text === undefined || /^[-+]?(?:\d+(?:\.\d*)?(?:h|ms|m|s|us|µs|ns))+$/.test(text)) return undefined
  return `"${text}" is no duration of CEL, which has h, m and s: 7 days are "168h"`
}

function literal(node: unknown): string | undefined {
  const [first] = nodesIn(node)
  return first?.op === 'value' && typeof first.args === 'string' ? first.args : undefined
}
