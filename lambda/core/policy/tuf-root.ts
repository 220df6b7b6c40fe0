import { isObject } from '../is-object.ts'
import { parseJson } from './parse-json.ts'

/** Why bytes are not the root.json that a TUF client begins with, or undefined. Its signatures are for the client. */
export function tufRootFault(json: string): string | undefined {
  const root = parseJson(json)
  if (!isObject(root) || !isObject(root.signed)) return 'not a TUF root.json'
  if (root.signed._type !== 'root') return `TUF metadata of type ${String(root.signed._type).slice(0, 20)}, not root`
  if (!Array.isArray(root.signatures) || root.signatures.length === 0) return 'missing signatures in root.json'
  return undefined
}
