import { isObject } from '../is-object.ts'

const NEVER = '0001-01-01T00:00:00Z'

/**
 * What upstream writes down for a predicate that a policy names by a short name: it reads it into a struct of Go, and asks about what
 * that comes to. github.com/sigstore/cosign, pkg/cosign/attestation and in-toto-golang
 */
const WRITTEN: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  vuln: {
    invocation: { uri: '', event_id: '', 'builder.id': '' },
    scanner: { uri: '', version: '', db: { uri: '', version: '' } },
    metadata: { scanStartedOn: NEVER, scanFinishedOn: NEVER },
  },
  slsaprovenance: { builder: { id: '' }, buildType: '', invocation: { configSource: {} } },
}

/** The short names that make a difference to what a statement says. */
export const TYPED_PREDICATES = Object.keys(WRITTEN)

/** A statement as upstream asks about it, where a policy names its predicate type by this short name. */
export function asTyped(
  statement: Readonly<Record<string, unknown>>,
  shortName: string | undefined,
): Readonly<Record<string, unknown>> {
  const written = shortName === undefined ? undefined : WRITTEN[shortName]
  return written === undefined ? statement : { ...statement, predicate: over(written, statement.predicate) }
}

function over(written: Readonly<Record<string, unknown>>, given: unknown): Readonly<Record<string, unknown>> {
  const fields = isObject(given) ? given : {}
  const filled = Object.entries(written).map(([name, value]) => {
    const own = Object.hasOwn(fields, name) ? fields[name] : undefined
    return [name, isObject(value) ? over(value, own) : (own ?? value)]
  })
  return { ...fields, ...Object.fromEntries(filled) }
}
