import { isObject } from '../is-object.ts'
import type { Accepted } from './authority.ts'

const utf8 = new TextDecoder()

/** The in-toto statement that an attestation says, parsed anew each time: it may take some tens of megabytes. */
export function statementOf({ says }: Accepted): Readonly<Record<string, unknown>> {
  if (says.kind === 'signature') return {}
  // It was read within limits, strictly, when its signature was checked
  const json: unknown = JSON.parse(utf8.decode(says.payload))
  return isObject(json) ? json : {}
}
