import type { Says } from '../evidence.ts'
import { isObject } from '../is-object.ts'

const utf8 = new TextDecoder()

/** The in-toto statement that an attestation says, parsed anew each time: it may take some tens of megabytes. */
export function statementOf({ payload }: Says & { readonly kind: 'attestation' }): Readonly<Record<string, unknown>> {
  // It was read within limits, strictly, when its signature was checked
  const json: unknown = JSON.parse(utf8.decode(payload))
  return isObject(json) ? json : {}
}
