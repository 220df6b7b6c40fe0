import { ImageFailureCode } from '@aws-sdk/client-ecr'
import { Misconfigured, Unavailable } from '../../lambda/errors.ts'

type Meaning = 'absent' | typeof Unavailable | typeof Misconfigured

const MEANINGS: Readonly<Record<ImageFailureCode, Meaning>> = {
  ImageInaccessible: Unavailable,
  ImageNotFound: 'absent',
  ImageReferencedByManifestList: Unavailable,
  ImageTagDoesNotMatchDigest: Unavailable,
  InvalidImageDigest: Misconfigured,
  InvalidImageTag: Misconfigured,
  KmsError: Unavailable,
  MissingDigestAndTag: Misconfigured,
  UpstreamAccessDenied: Misconfigured,
  UpstreamTooManyRequests: Unavailable,
  UpstreamUnavailable: Unavailable,
}

/** Every code with which ECR fails one image of a call, what it means to us, and one that the SDK does not know. */
export const failures: readonly (readonly [code: string, means: Meaning])[] = [
  ...Object.values(ImageFailureCode).map((code) => [code, MEANINGS[code]] as const),
  ['NeverHeardOf', Unavailable],
]
