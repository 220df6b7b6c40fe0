import * as z from 'zod'
import { exactlyOne, invalid, report, reportUnlessOne } from './rules.ts'
import { clusterStatementExpression, ownStatementExpression } from './schema-expression.ts'
import { choice, duration, serviceUrl, strict, text, threshold } from './schema-fields.ts'
import { clusterKey, ownKey } from './schema-key.ts'
import { clusterKeyless, ownKeyless } from './schema-keyless.ts'
import { sbomRule } from './schema-sbom-rule.ts'
import { clusterSources, ownSources } from './schema-source.ts'
import { provenanceRule, reportMisplacedRules, vulnerabilityRule } from './schema-statement-rules.ts'

const MAX_ATTESTATIONS = 50
const NOT_WITH_STATIC = ['annotations', 'attestations', 'ctlog', 'reference', 'rfc3161timestamp', 'source'] as const

// The short names cosign knows predicate types by.
const SHORT_PREDICATES = new Map([
  ['custom', 'https://cosign.sigstore.dev/attestation/v1'],
  ['slsaprovenance', 'https://slsa.dev/provenance/v0.2'],
  ['spdx', 'https://spdx.dev/Document'],
  ['spdxjson', 'https://spdx.dev/Document'],
  ['cyclonedx', 'https://cyclonedx.org/bom'],
  ['link', 'https://in-toto.io/Link/v1'],
  ['vuln', 'https://cosign.sigstore.dev/attestation/vuln/v1'],
])

/** The predicate type that a short name stands for; anything else stands for itself. */
export function predicateUri(written: string): string {
  return SHORT_PREDICATES.get(written) ?? written
}

const attestationFields = { name: text, predicateType: text }
const clusterAttestation = strict({ ...attestationFields, policy: clusterStatementExpression.optional() })
const ownAttestation = strict({
  ...attestationFields,
  policy: ownStatementExpression.optional(),
  maxAge: duration.optional(),
  provenance: provenanceRule.optional(),
  sbom: sbomRule.optional(),
  vulnerabilities: vulnerabilityRule.optional(),
}).superRefine(({ predicateType, ...rules }, ctx) => {
  reportMisplacedRules({ ...rules, predicateType: predicateUri(predicateType) }, ctx)
  if (URL.canParse(predicateUri(predicateType))) return
  const short = [...SHORT_PREDICATES.keys()].join(', ')
  report(ctx, invalid(predicateType, `neither a URI nor one of ${short}`), 'predicateType')
})

const log = { url: serviceUrl.optional(), trustRootRef: text.optional() }
const timestamp = { trustRootRef: text.optional() }
const counted = { threshold: threshold.optional() }
const authorityFields = {
  name: text.optional(),
  static: strict({ action: choice('action', ['pass', 'fail']), message: text.optional() }).optional(),
  signatureFormat: choice('signature format', ['legacy', 'bundle']).optional(),
}

/** An authority of a ClusterImagePolicy. */
export const clusterAuthority = strict({
  ...authorityFields,
  source: clusterSources.optional(),
  key: clusterKey.optional(),
  keyless: clusterKeyless.optional(),
  ctlog: strict(log).optional(),
  rfc3161timestamp: strict(timestamp).optional(),
  attestations: z.array(clusterAttestation).max(MAX_ATTESTATIONS).optional(),
}).superRefine(authorityRules)

/** An authority of a VerificationPolicy: upstream's, with more to ask for. */
export const ownAuthority = strict({
  ...authorityFields,
  source: ownSources.optional(),
  key: ownKey.optional(),
  keyless: ownKeyless.optional(),
  ctlog: strict({ ...log, ...counted }).optional(),
  rfc3161timestamp: strict({ ...timestamp, ...counted }).optional(),
  attestations: z.array(ownAttestation).max(MAX_ATTESTATIONS).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  reference: choice('reference', ['any', 'repository']).optional(),
}).superRefine(authorityRules)

type Ruled = { readonly [Field in 'key' | 'keyless' | 'static' | (typeof NOT_WITH_STATIC)[number]]?: unknown } & Roots
type Roots = {
  readonly [Field in 'keyless' | 'ctlog' | 'rfc3161timestamp']?:
    | { readonly trustRootRef?: string | undefined }
    | undefined
}

function authorityRules(authority: Ruled, ctx: z.RefinementCtx): void {
  const { key, keyless, static: fixed } = authority
  if (!reportUnlessOne(ctx, { key, keyless, static: fixed })) return
  if (authority.static !== undefined) {
    const others = NOT_WITH_STATIC.filter((field) => authority[field] !== undefined)
    if (others.length > 0) report(ctx, exactlyOne('both', ['static', ...others]))
  }
  rootRules(authority, ctx)
}

/** One authority is judged by one root: a certificate of one world never meets a log of another. */
function rootRules({ keyless, ctlog, rfc3161timestamp }: Roots, ctx: z.RefinementCtx): void {
  const named = [keyless, ctlog, rfc3161timestamp].flatMap((field) => field?.trustRootRef || [])
  const [first, ...others] = new Set(named)
  if (others.length > 0) {
    report(ctx, () => `names several trusted roots (${[first, ...others].join(', ')}); one authority has one`)
  } else if (keyless !== undefined && first !== undefined && !keyless.trustRootRef) {
    report(
      ctx,
      () => `has no keyless.trustRootRef while "${first}" is named beside it; write keyless.trustRootRef: ${first}`,
    )
  }
}
