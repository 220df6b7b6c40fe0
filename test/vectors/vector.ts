import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'

/** One image with the verdict it must have; `verifyWith` names keys and roots beside the images. */
export const vector = z.object({
  name: z.string(),
  digest: z.string(),
  expect: z.string(),
  verifyWith: z.object({
    attestation: z.boolean(),
    type: z.string().optional(),
    key: z.string().optional(),
    identity: z.string().optional(),
    issuer: z.string().optional(),
    trustedRoot: z.string().optional(),
    ignoreTlog: z.boolean().optional(),
    useSignedTimestamps: z.boolean().optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
})
export type Vector = z.infer<typeof vector>

/** The exit code that a verdict means; undefined where this is not Sigstore's to say (Notation). */
export function expectedExit({ expect }: Vector): 0 | 1 | undefined {
  if (expect === 'accept') return 0
  return expect === 'reject' || expect === 'unsigned' ? 1 : undefined
}

// cosign's short names: https://github.com/sigstore/cosign/blob/main/specs/COSIGN_PREDICATE_SPEC.md
const PREDICATES: Readonly<Record<string, string>> = {
  slsaprovenance: 'https://slsa.dev/provenance/v0.2',
  slsaprovenance1: 'https://slsa.dev/provenance/v1',
  spdxjson: 'https://spdx.dev/Document',
  spdx: 'https://spdx.dev/Document',
  cyclonedx: 'https://cyclonedx.org/bom',
  vuln: 'https://cosign.sigstore.dev/attestation/vuln/v1',
  openvex: 'https://openvex.dev/ns',
  custom: 'https://cosign.sigstore.dev/attestation/v1',
}

/** The options of `assay verify` for a vector: plain ones where they suffice, else a policy file written to `scratch`. */
export async function optionsFor(
  one: Vector,
  data: string,
  scratch: string,
  keyText: string | undefined,
): Promise<string[]> {
  const { verifyWith: how } = one
  const root = how.trustedRoot === undefined ? [] : ['--trusted-root', join(data, how.trustedRoot)]
  const plain = !how.attestation && how.annotations === undefined && !(how.useSignedTimestamps && how.ignoreTlog)
  if (plain && how.key !== undefined) return ['--key', join(data, '_keys', how.key), ...root]
  if (plain)
    return ['--certificate-identity', how.identity ?? '', '--certificate-oidc-issuer', how.issuer ?? '', ...root]
  const path = join(scratch, `${one.name}.json`)
  await writeFile(path, JSON.stringify(policyFor(one, keyText)))
  return ['--policy', path, ...root]
}

function policyFor({ name, verifyWith: how }: Vector, keyText: string | undefined) {
  const type = how.type ?? 'custom'
  const authority = {
    ...(keyText === undefined
      ? { keyless: { identities: [{ subject: how.identity, issuer: how.issuer }] } }
      : { key: { data: keyText } }),
    ...(how.useSignedTimestamps && { rfc3161timestamp: {} }),
    ...(how.annotations && { annotations: how.annotations }),
    ...(how.attestation && { attestations: [{ name: 'wanted', predicateType: PREDICATES[type] ?? type }] }),
  }
  return {
    apiVersion: 'assay.dev/v1alpha1',
    kind: 'VerificationPolicy',
    metadata: { name },
    spec: { images: [{ glob: '**' }], authorities: [authority] },
  }
}
