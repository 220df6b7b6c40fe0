import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import * as z from 'zod'
import { unavailable } from '../aws-errors.ts'
import { Misconfigured } from '../errors.ts'
import type { Credentials } from './token-auth.ts'

const secret = z.object({ username: z.string().min(1), password: z.string().min(1) })

/** The login that a secret of AWS Secrets Manager holds, `{"username", "password"}`: read when it is first asked for, and again where that failed. */
export function secretCredentials(client: SecretsManagerClient, arn: string): () => Promise<Credentials> {
  let known: Promise<Credentials> | undefined
  const read = async () => {
    const command = new GetSecretValueCommand({ SecretId: arn })
    const { SecretString = '' } = await unavailable('Secrets Manager')(client.send(command))
    return credentialsIn(SecretString, arn)
  }
  return () => {
    known ??= read().catch((error: unknown) => {
      known = undefined
      throw error
    })
    return known
  }
}

function credentialsIn(text: string, arn: string): Credentials {
  try {
    return secret.parse(JSON.parse(text))
  } catch {
    // What the parsers say quotes the secret
    throw new Misconfigured(`the secret ${arn} is not JSON like {"username": "…", "password": "…"}`)
  }
}
