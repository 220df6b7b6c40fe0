const SPDX = ['https://spdx.dev/Document', 'https://spdx.dev/Document/v2.2', 'https://spdx.dev/Document/v2.3']
const CYCLONEDX = ['', '/v1.2', '/v1.3', '/v1.4', '/v1.5', '/v1.6', '/v1.7'].map(
  (version) => `https://cyclonedx.org/bom${version}`,
)

/** The predicate type of cosign's record of a scan. */
export const COSIGN_VULN = 'https://cosign.sigstore.dev/attestation/vuln/v1'

/** The predicate types that each built-in check reads. */
export const PREDICATE_TYPES = {
  provenance: ['v1', 'v0.2', 'v0.1'].map((version) => `https://slsa.dev/provenance/${version}`),
  sbom: [...SPDX, ...CYCLONEDX],
  vulnerabilities: [
    COSIGN_VULN,
    ...['v0.1', 'v0.2'].map((version) => `https://in-toto.io/attestation/vulns/${version}`),
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>

/** The family of SBOM that a predicate type announces, or undefined. */
export function sbomFamily(predicateType: unknown): 'spdx' | 'cyclonedx' | undefined {
  if (typeof predicateType !== 'string') return undefined
  if (SPDX.includes(predicateType)) return 'spdx'
  return CYCLONEDX.includes(predicateType) ? 'cyclonedx' : undefined
}

/** The predicate types by which OpenVEX documents are mostly announced. */
export const VEX_TYPES = ['https://openvex.dev/ns', 'https://openvex.dev/ns/v0.2.0']

/** Whether statements of this predicate type are OpenVEX documents. */
export function isVex(predicateType: unknown): boolean {
  return typeof predicateType === 'string' && /^https:\/\/openvex\.dev\/ns(?:\/|$)/.test(predicateType)
}
