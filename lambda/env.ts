import { Misconfigured } from './errors.ts'

/** Environment of the functions: set by cdk/ on AWS and by local/ on a laptop, read by wire.ts. */
export const ENV = {
  table: 'ASSAY_TABLE',
  evidenceBucket: 'ASSAY_EVIDENCE_BUCKET',
  topicArn: 'ASSAY_TOPIC_ARN',
  verifyQueueUrl: 'ASSAY_VERIFY_QUEUE_URL',
  actQueueUrl: 'ASSAY_ACT_QUEUE_URL',
  verifyFunction: 'ASSAY_VERIFY_FUNCTION',
  actFunction: 'ASSAY_ACT_FUNCTION',
  /** JSON: name of a queue -> `{dead, target}`, URLs of where its dead messages lie and where they go when put back. */
  deadLetters: 'ASSAY_DEAD_LETTERS',
  /** JSON: `[{host, account, region} or {host, oci}]`, the registries this installation watches. */
  registries: 'ASSAY_REGISTRIES',
  /** JSON: `["NAME"]`, the repositories of these that it watches: names, or patterns as IAM has them. */
  repositories: 'ASSAY_REPOSITORIES',
  /** Folder of policy files. */
  policies: 'ASSAY_POLICIES',
  /** JSON: name of a trusted root -> file; policies name it in trustRootRef. */
  trustedRoots: 'ASSAY_TRUSTED_ROOTS',
  /** `none` where there is no AWS KMS to read public keys from. */
  kms: 'ASSAY_KMS',
  /** How often SQS hands out a message before it goes to the dead-letter queue. */
  maxReceives: 'ASSAY_MAX_RECEIVES',
} as const

/** The value of an environment variable; throws Misconfigured where it is missing or empty. */
export function required(name: string, env: NodeJS.ProcessEnv = process.env): string {
  const value = env[name]
  if (value === undefined || value === '') throw new Misconfigured(`environment variable ${name} is not set`)
  return value
}
