import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
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
  const authority = {
    ...signerOf(how, keyText),
    ...(how.useSignedTimestamps && { rfc3161timestamp: {} }),
    ...(how.annotations && { annotations: how.annotations }),
    ...wantedOf(how),
  }
  return {
    apiVersion: 'assay.dev/v1alpha1',
    kind: 'VerificationPolicy',
    metadata: { name },
    spec: { images: [{ glob: '**' }], authorities: [authority] },
  }
}

/** The same as a ClusterImagePolicy for the vector's own repository; `root` is the name of the trusted root. */
export function clusterImagePolicyFor({ name, verifyWith: how }: Vector, keyText: string | undefined, root: string) {
  const trustRootRef = { trustRootRef: root }
  const log = how.useSignedTimestamps && how.ignoreTlog ? { rfc3161timestamp: trustRootRef } : { ctlog: trustRootRef }
  const { key, keyless } = signerOf(how, keyText)
  const signer = keyless
    ? { keyless: { ...keyless, url: 'https://fulcio.sigstore.dev', ...trustRootRef }, ...log }
    : { key }
  return {
    apiVersion: 'policy.sigstore.dev/v1beta1',
    kind: 'ClusterImagePolicy',
    metadata: { name },
    spec: { images: [{ glob: `127.0.0.1*/${name}**` }], authorities: [{ ...signer, ...wantedOf(how) }] },
  }
}

function signerOf({ identity, issuer }: Vector['verifyWith'], keyText: string | undefined) {
  return keyText === undefined
    ? { keyless: { identities: [{ subject: identity, issuer }] } }
    : { key: { data: keyText } }
}

function wantedOf(how: Vector['verifyWith']) {
  return how.attestation ? { attestations: [{ name: 'wanted', predicateType: predicateTypeOf(how) }] } : {}
}

/** The predicate type that a vector asks for, in full. */
export function predicateTypeOf({ type = 'custom' }: Vector['verifyWith']): string {
  return PREDICATES[type] ?? type
}

/** The vectors below a folder, by name. */
export async function readVectors(data: string): Promise<Vector[]> {
  const names = (await readdir(data)).sort()
  const paths = names.map((name) => join(data, name, 'vector.json')).filter((path) => existsSync(path))
  return Promise.all(paths.map(async (path) => vector.parse(JSON.parse(await readFile(path, 'utf8')))))
}

/** The public key a vector is to be verified with, where it is one. */
export async function keyTextOf({ verifyWith: { key } }: Vector, data: string): Promise<string | undefined> {
  return key === undefined ? undefined : readFile(join(data, '_keys', key), 'utf8')
}
