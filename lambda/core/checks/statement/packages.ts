import { isObject } from '../../is-object.ts'
import { sizeFault } from '../../json-size.ts'
import { parseJson } from '../../policy/parse-json.ts'
import { sbomFamily } from '../../predicate-types.ts'
import { readCycloneDx } from './cyclonedx.ts'
import { type Fault, seen } from './finding.ts'
import type { Contents } from './package.ts'
import { readSpdx } from './spdx.ts'

/** A document within a text is parsed by nobody before: the same room as a statement has. */
const MAX_SIZE = 1_000_000

/** The packages that an SPDX or CycloneDX statement lists, in linear time; a fault where anything in it is not understood. */
export function readPackages({ predicateType, predicate }: Readonly<Record<string, unknown>>): Contents | Fault {
  const family = sbomFamily(predicateType)
  if (family === undefined)
    return { fault: `the predicate type is ${seen(predicateType)}; understood are SBOMs as SPDX or CycloneDX` }
  const document = documentOf(predicate)
  if (typeof document === 'string') return { fault: document }
  return family === 'spdx' ? readSpdx(document) : readCycloneDx(document)
}

/** The document itself, or why there is none. cosign wrote SPDX as text, once within `Data`. */
function documentOf(predicate: unknown): Readonly<Record<string, unknown>> | string {
  const wrapped = isObject(predicate) && predicate.Data !== undefined && Object.keys(predicate).length <= 2
  const written = wrapped ? predicate.Data : predicate
  if (typeof written !== 'string') return isObject(written) ? written : `the SBOM is ${seen(written)}, not an object`
  const fault = sizeFault(Buffer.from(written), MAX_SIZE)
  if (fault !== undefined) return `the SBOM has ${fault}`
  const document = parseJson(written)
  return isObject(document) ? document : 'the SBOM is text that is no JSON object; SPDX tag-value is not understood'
}
