import type { ClaimSources } from '../core/base-claims.ts'
import type { Claim, Evidence } from '../core/evidence.ts'
import { isObject } from '../core/is-object.ts'
import { sizeFault } from '../core/json-size.ts'
import { parseManifest } from '../core/manifest.ts'
import { parseJson } from '../core/policy/parse-json.ts'
import { PREDICATE_TYPES } from '../core/predicate-types.ts'
import { mapLimited } from '../map-limited.ts'
import type { Registry } from '../ports.ts'
import { withinLimit } from '../within-limit.ts'

type Statements = NonNullable<ClaimSources['statements']>

/** What is read of provenance that is only a hint: so many statements, so many bytes and so much JSON of each. */
const MAX_STATEMENTS = 10
const MAX_BYTES = 1024 * 1024
const MAX_SIZE = 100_000
const PARALLEL = 4

/** Provenance that lies on an image, signed or not, to be followed and never believed. */
export async function readStatements(registry: Registry, { image, claims, unsigned }: Evidence): Promise<Statements> {
  const signed = claims.map(payloadOf).flatMap(provenanceIn)
  const manifests = [...new Set(unsigned.filter(({ type }) => isProvenance(type)).map(({ manifest }) => manifest))]
  const read = await mapLimited(manifests.slice(0, MAX_STATEMENTS), PARALLEL, async (digest) => {
    const { value: fetched } = await withinLimit(registry.manifest(image.name, digest, MAX_BYTES))
    const manifest = fetched && parseManifest(fetched)
    if (typeof manifest !== 'object' || manifest.kind === 'index') return []
    const layers = manifest.layers.filter(({ annotations }) => isProvenance(annotations['in-toto.io/predicate-type']))
    const blobs = await Promise.all(
      layers.slice(0, 1).map(async (layer) => withinLimit(registry.blob(image.name, layer.digest, MAX_BYTES))),
    )
    return blobs.flatMap(({ value }) => provenanceIn(value))
  })
  return [
    ...signed.slice(0, MAX_STATEMENTS).map((statement) => ({ statement, signed: true })),
    ...read.flat().map((statement) => ({ statement, signed: false })),
  ]
}

function payloadOf({ content }: Claim): Uint8Array | undefined {
  const bundle = content.kind === 'bundle' ? content.bundle : undefined
  const envelope = isObject(bundle) ? bundle.dsseEnvelope : undefined
  const payload = isObject(envelope) ? envelope.payload : undefined
  return typeof payload === 'string' && payload.length <= MAX_BYTES * 2 ? Buffer.from(payload, 'base64') : undefined
}

function provenanceIn(bytes: Uint8Array | undefined): Readonly<Record<string, unknown>>[] {
  if (bytes === undefined || bytes.length > MAX_BYTES || sizeFault(bytes, MAX_SIZE) !== undefined) return []
  const statement = parseJson(Buffer.from(bytes).toString())
  return isObject(statement) && isProvenance(statement.predicateType) ? [statement] : []
}

function isProvenance(type: unknown): boolean {
  return PREDICATE_TYPES.provenance.some((one) => one === type)
}
