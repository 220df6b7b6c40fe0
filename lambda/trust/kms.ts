import { GetPublicKeyCommand, type GetPublicKeyCommandOutput, type KMSClient } from '@aws-sdk/client-kms'
import { type KmsArn, parseKmsArn } from '../core/policy/kms-arn.ts'
import { readPublicKey } from '../core/policy/public-key.ts'
import { Misconfigured, Unavailable } from '../errors.ts'

/** The public key, as PEM, of a key or alias in AWS KMS. Throws Misconfigured where only a person can help, else Unavailable. */
export type PublicKeyOf = (arn: string) => Promise<string>

/** Reads public keys from AWS KMS, in the region that the ARN names. */
export function kmsKeys(clientIn: (region: string) => KMSClient): PublicKeyOf {
  return async (arn) => {
    const parsed = parseKmsArn(arn)
    if (parsed === undefined) throw new Misconfigured(`${arn} is not the ARN of an AWS KMS key or alias`)
    const client = clientIn(parsed.region)
    try {
      return pemOf(arn, parsed, await client.send(new GetPublicKeyCommand({ KeyId: arn })))
    } catch (error) {
      throw error instanceof Misconfigured ? error : translated(arn, error)
    } finally {
      client.destroy()
    }
  }
}

/** Where there is no AWS KMS. */
export const noKms: PublicKeyOf = async (arn) => {
  throw new Misconfigured(`${arn} cannot be fetched: there is no AWS KMS here (AWS_ENDPOINT_URL_KMS may name one)`)
}

function pemOf(arn: string, { kind }: KmsArn, answer: GetPublicKeyCommandOutput): string {
  const { KeyId, KeyUsage, PublicKey = new Uint8Array() } = answer
  if (kind === 'key' && KeyId !== arn) throw new Misconfigured(`KMS answered for ${KeyId}, not for ${arn}`)
  if (KeyUsage !== 'SIGN_VERIFY') {
    throw new Misconfigured(`the usage of ${arn} is ${KeyUsage}; a key that signs has SIGN_VERIFY`)
  }
  // The answer is the SubjectPublicKeyInfo in DER
  const base64 = Buffer.from(PublicKey).toString('base64')
  const read = readPublicKey(`-----BEGIN PUBLIC KEY-----\n${base64}\n-----END PUBLIC KEY-----\n`)
  if ('pem' in read) return read.pem
  throw new Misconfigured(`${arn}: ${read.fault}`)
}

// https://docs.aws.amazon.com/kms/latest/APIReference/API_GetPublicKey.html#API_GetPublicKey_Errors
const ONLY_A_PERSON: Readonly<Record<string, string>> = {
  AccessDeniedException:
    'the role of the trust function needs kms:GetPublicKey on it, and where it is of another account its key policy must grant that too',
  NotFoundException: 'there is no such key or alias',
  InvalidArnException: 'KMS does not take this ARN',
  DisabledException: 'the key is disabled',
  KMSInvalidStateException: 'the state of the key does not allow it (pending deletion?)',
  InvalidKeyUsageException: 'it is not a key that signs',
  UnsupportedOperationException: 'it is not an asymmetric key',
  UnrecognizedClientException: 'the credentials of the trust function are not known there',
}

function translated(arn: string, error: unknown): Misconfigured | Unavailable {
  const { name, message } = error instanceof Error ? error : new Error(String(error))
  const advice = Object.hasOwn(ONLY_A_PERSON, name) ? ONLY_A_PERSON[name] : undefined
  if (advice === undefined) return new Unavailable('KMS', `${arn}: ${name}: ${message}`, { cause: error })
  return new Misconfigured(`KMS: ${arn}: ${name}: ${advice}`, { cause: error })
}
