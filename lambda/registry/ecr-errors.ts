import type { ImageFailureCode } from '@aws-sdk/client-ecr'
import { Misconfigured, Unavailable } from '../errors.ts'

/** The ECR call that failed, for people. */
export type EcrCall = { readonly registryId: string; readonly action: string; readonly name: string }

type Meaning = 'absent' | 'refused' | 'unavailable'

const DENIED = 'AccessDeniedException'
/** What ECR says of one image inside an answer. All of it: a code that the SDK learns must be given its meaning here. */
const FAILURES: Readonly<Record<ImageFailureCode, Meaning>> = {
  ImageInaccessible: 'unavailable', // archived, or being restored: it is there, though it cannot be read now
  ImageNotFound: 'absent',
  ImageReferencedByManifestList: 'unavailable', // until the index is gone
  ImageTagDoesNotMatchDigest: 'unavailable', // only a tagger compares the two, and it reads this itself
  InvalidImageDigest: 'refused',
  InvalidImageTag: 'refused',
  KmsError: 'unavailable',
  MissingDigestAndTag: 'refused',
  UpstreamAccessDenied: 'refused', // the secret of a pull through cache
  UpstreamTooManyRequests: 'unavailable',
  UpstreamUnavailable: 'unavailable',
}
/** What a whole call ends in; whatever is not named here is an outage. */
const EXCEPTIONS: Readonly<Record<string, Meaning>> = {
  ImageNotFoundException: 'absent',
  LayerInaccessibleException: 'absent', // no image holds this layer any more
  LayersNotFoundException: 'absent',
  RepositoryNotFoundException: 'absent',
  // Most often the secret of a pull through cache, but not always
  UnableToGetUpstreamImageException: 'unavailable',
  UnableToGetUpstreamLayerException: 'unavailable',
  UnableToListUpstreamImageReferrersException: 'unavailable',
  [DENIED]: 'refused',
  CredentialsProviderError: 'refused',
  InvalidParameterException: 'refused',
  InvalidSignatureException: 'refused',
  UnrecognizedClientException: 'refused',
  ValidationException: 'refused',
}
const MEANINGS: ReadonlyMap<string, Meaning> = new Map(Object.entries({ ...FAILURES, ...EXCEPTIONS }))
/** Calls that IAM knows under another name. */
const PERMISSIONS: Readonly<Record<string, string>> = { ListImageReferrers: 'BatchGetImage' }

/** Whom messages name. */
export function ecrService(registryId: string): string {
  return `ECR registry ${registryId}`
}

/** What a failed ECR call means: undefined for absent, else it throws. The one place where ECR's error names are read. */
export function absentOrThrow(error: unknown, { registryId, action, name }: EcrCall): undefined {
  const { code, text } = readError(error)
  const meaning = MEANINGS.get(code) ?? 'unavailable'
  if (meaning === 'absent') return undefined
  const service = ecrService(registryId)
  const what = `${action} on repository "${name}": ${code}: ${text}`
  if (meaning === 'unavailable') throw new Unavailable(service, what, { cause: error })
  const permission = `ecr:${PERMISSIONS[action] ?? action}`
  const advice = code === DENIED ? `; our role and the repository policy must allow ${permission}` : ''
  throw new Misconfigured(`${service}: ${what}${advice}`, { cause: error })
}

/** The part of an answer that was asked for; an answer without it is an outage, never nothing. */
export function answered<T>(part: T | undefined, { registryId, action, name }: EcrCall): T {
  if (part !== undefined) return part
  const what = `${action} on repository "${name}": answered without what was asked for`
  throw new Unavailable(ecrService(registryId), what)
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
