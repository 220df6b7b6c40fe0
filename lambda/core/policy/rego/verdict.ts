import { members } from './collection.ts'
import { isArray, isObject, isSet, isText, type Value } from './value.ts'
import type { Work } from './work.ts'

const REFUSED = "policy is not compliant for query 'isCompliant = data.sigstore.isCompliant'"
const LONGEST_MESSAGE = 1_000

/** What a policy answers for one member of its set. A key may be written in any case: Go reads them so. */
type Answer = { readonly result: boolean; readonly error: string; readonly warning: string }

/**
 * Why the value of `isCompliant` is a no, as sigstore/cosign tells it; undefined for a yes. Of a set of answers the first yes counts,
 * else the last no. A warning makes a yes a no: to a ClusterImagePolicy it does.
 */
export function notCompliant(value: Value | undefined, work: Work): string | undefined {
  if (value === true) return undefined
  if (value === undefined || !(isSet(value) || isArray(value))) return REFUSED
  let refusal = REFUSED
  for (const member of value) {
    const answer = answerOf(member, work)
    if (typeof answer === 'string') return `${REFUSED} due to parsing errors: ${answer}`
    const { result, error, warning } = answer
    if (result) return warning === '' ? undefined : `warning: ${shortened(warning)}`
    refusal = `${REFUSED} with errors: ${shortened(error)}${warning === '' ? '' : `; warning: ${shortened(warning)}`}`
  }
  return refusal
}

function answerOf(member: Value, work: Work): Answer | string {
  if (!isObject(member)) return 'a member of the set is no object'
  const fields = new Map<string, Value>()
  for (const [key, field] of members(member, work)) {
    if (isText(key) && field !== null) fields.set(key.toLowerCase(), field)
  }
  const [result = false, error = '', warning = ''] = ['result', 'error', 'warning'].map((name) => fields.get(name))
  if (typeof result !== 'boolean') return '`result` is no boolean'
  if (!isText(error) || !isText(warning)) return '`error` or `warning` is no string'
  return { result, error, warning }
}

function shortened(text: string): string {
  return text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE)}…` : text
}
