import type { Context } from './builtin.ts'
import { pairsOf } from './compare.ts'
import { RegoHalt } from './fault.ts'
import { isArray, isNumber, isObject, isSet, isText, type Value } from './value.ts'
import { spend, spendText, type Work } from './work.ts'

const DEEPEST = 256

/** `%v`, `%s` and `%d` as Go writes them, wrong uses included; other verbs end the evaluation. */
export function sprintf(format: Value, args: Value, { work }: Context): Value | undefined {
  if (!isText(format) || !isArray(args)) return undefined
  spendText(work, format.length)
  let used = 0
  const text = format.replace(/%(.?)/gs, (_, verb: string) => {
    if (verb === '%') return '%'
    if (verb !== 'v' && verb !== 's' && verb !== 'd') throw new RegoHalt(`sprintf: %${verb} is not supported`)
    const arg = args[used++]
    return arg === undefined ? `%!${verb}(MISSING)` : formatted(verb, arg, work)
  })
  const extra = args.slice(used).map((arg) => `${goType(arg)}=${plain(arg, work)}`)
  return extra.length === 0 ? text : `${text}%!(EXTRA ${extra.join(', ')})`
}

function formatted(verb: 'v' | 's' | 'd', arg: Value, work: Work): string {
  const type = goType(arg)
  const fits = verb === 'v' || (verb === 's' && type === 'string') || (verb === 'd' && type === 'int')
  return fits ? plain(arg, work) : `%!${verb}(${type}=${plain(arg, work)})`
}

function goType(value: Value): string {
  if (!isNumber(value)) return 'string'
  return typeof value === 'bigint' || Number.isInteger(value) ? 'int' : 'float64'
}

function plain(value: Value, work: Work): string {
  if (!isText(value)) return written(value, work, 0)
  spendText(work, value.length)
  return value
}

/** A value as Rego writes it. */
function written(value: Value, work: Work, depth: number): string {
  spend(work, 1)
  if (depth > DEEPEST) throw new RegoHalt(`values are nested deeper than ${DEEPEST}`)
  if (isText(value)) {
    spendText(work, value.length)
    return JSON.stringify(value)
  }
  const each = (member: Value) => written(member, work, depth + 1)
  if (isArray(value)) return `[${value.map(each).join(', ')}]`
  if (isSet(value)) return value.size === 0 ? 'set()' : `{${[...value].map(each).join(', ')}}`
  if (isObject(value)) {
    const pairs = pairsOf(value, work).map(([key, member]) => `${each(key)}: ${each(member)}`)
    return `{${pairs.join(', ')}}`
  }
  return String(value)
}
