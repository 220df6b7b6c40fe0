import { sizeFault } from '../core/json-size.ts'
import { Rejection } from './rejection.ts'

const MAX_DEPTH = 64
/** Room for the SBOM of a large image: parsed, it takes some tens of megabytes. */
const MAX_SIZE = 1_000_000

/** JSON in strict UTF-8, of bounded size and depth; anything else is turned away. */
export function parseJson(bytes: Uint8Array, what: string): unknown {
  const fault = sizeFault(bytes, MAX_SIZE)
  if (fault !== undefined) throw new Rejection('over-limit', `${what} has ${fault}`)
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new Rejection('malformed', `${what} is not JSON`)
  }
  assertShallow(json, what)
  return json
}

/** Turns away what whoever walks it later by recursion would break on. Level by level, so that it cannot break itself. */
export function assertShallow(json: unknown, what: string): void {
  let level: unknown[] = [json]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) throw new Rejection('over-limit', `${what} nests deeper than ${MAX_DEPTH} levels`)
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []))
  }
}
