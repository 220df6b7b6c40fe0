import { Misconfigured, Unavailable } from '../errors.ts'

/** The ECR call that failed, for people. */
export type EcrCall = { readonly registryId: string; readonly action: string; readonly name: string }

const ABSENT = [
  'ImageNotFound',
  'ImageNotFoundException',
  'LayerInaccessibleException', // no image holds this layer any more
  'LayersNotFoundException',
  'RepositoryNotFoundException',
]
const DENIED = 'AccessDeniedException'
const REFUSED = [
  DENIED,
  'CredentialsProviderError',
  'InvalidParameterException',
  'InvalidSignatureException',
  'UnrecognizedClientException',
  'ValidationException',
]
/** Calls that IAM knows under another name. */
const PERMISSIONS: Readonly<Record<string, string>> = { ListImageReferrers: 'BatchGetImage' }

/** Whom messages name. */
export function ecrService(registryId: string): string {
  return `ECR registry ${registryId}`
}

/** What a failed ECR call means: undefined for absent, else it throws. The one place where ECR's error names are read. */
export function absentOrThrow(error: unknown, { registryId, action, name }: EcrCall): undefined {
  const { code, text } = readError(error)
  if (ABSENT.includes(code)) return undefined
  const service = ecrService(registryId)
  const what = `${action} on repository "${name}": ${code}: ${text}`
  if (!REFUSED.includes(code)) throw new Unavailable(service, what, { cause: error })
  const permission = `ecr:${PERMISSIONS[action] ?? action}`
  const advice = code === DENIED ? `; our role and the repository policy must allow ${permission}` : ''
  throw new Misconfigured(`${service}: ${what}${advice}`, { cause: error })
}

/** The failure that ECR reports for one image inside an answer, as an error to translate. */
export function failureOf(failure: { failureCode?: string; failureReason?: string }): Error {
  const { failureCode = 'UnknownFailure', failureReason = 'no reason given' } = failure
  return Object.assign(new Error(failureReason), { name: failureCode })
}

function readError(error: unknown): { code: string; text: string } {
  if (!(error instanceof Error)) return { code: 'UnknownError', text: String(error) }
  return { code: error.name, text: error.message.slice(0, 500) }
}
