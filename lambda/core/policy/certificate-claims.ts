/**
 * What a certificate may say about the build beside its issuer and subject, by the names that policies and signers use,
 * with the arc of its extension below Fulcio's.
 * https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md
 */
export const CLAIM_ARCS = {
  buildSignerURI: 9,
  buildSignerDigest: 10,
  runnerEnvironment: 11,
  sourceRepositoryURI: 12,
  sourceRepositoryDigest: 13,
  sourceRepositoryRef: 14,
  sourceRepositoryIdentifier: 15,
  sourceRepositoryOwnerURI: 16,
  sourceRepositoryOwnerIdentifier: 17,
  buildConfigURI: 18,
  buildConfigDigest: 19,
  buildTrigger: 20,
  runInvocationURI: 21,
  sourceRepositoryVisibilityAtSigning: 22,
  deploymentEnvironment: 23,
  githubWorkflowTrigger: 2,
  githubWorkflowSha: 3,
  githubWorkflowName: 4,
  githubWorkflowRepository: 5,
  githubWorkflowRef: 6,
} as const

export const CERTIFICATE_CLAIMS = Object.keys(CLAIM_ARCS)
