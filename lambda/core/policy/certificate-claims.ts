/**
 * What a certificate may say about the build beside its issuer and subject, by the names that policies and signers use.
 * https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md
 */
export const CERTIFICATE_CLAIMS = [
  'buildSignerURI',
  'buildSignerDigest',
  'runnerEnvironment',
  'sourceRepositoryURI',
  'sourceRepositoryDigest',
  'sourceRepositoryRef',
  'sourceRepositoryIdentifier',
  'sourceRepositoryOwnerURI',
  'sourceRepositoryOwnerIdentifier',
  'buildConfigURI',
  'buildConfigDigest',
  'buildTrigger',
  'runInvocationURI',
  'sourceRepositoryVisibilityAtSigning',
  'deploymentEnvironment',
  'githubWorkflowTrigger',
  'githubWorkflowSha',
  'githubWorkflowName',
  'githubWorkflowRepository',
  'githubWorkflowRef',
] as const

export type CertificateClaim = (typeof CERTIFICATE_CLAIMS)[number]
