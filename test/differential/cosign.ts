import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Answer } from './observation.ts'

const execute = promisify(execFile)
const NOISE = /^(?:WARNING|Flag --|main\.go|error during command execution)/

/** What an authority asks for, in the options that `cosign verify` and its kin share. */
export type Asked = {
  readonly key?: string
  readonly identity?: string
  readonly issuer?: string
  readonly trustedRoot?: string
  readonly ignoreTlog?: boolean
  readonly useSignedTimestamps?: boolean
  readonly annotations?: Readonly<Record<string, string>>
  /** Predicate type; asks for an attestation. */
  readonly type?: string
}

export function cosignOptions(asked: Asked): string[] {
  const valued = {
    '--key': asked.key,
    '--certificate-identity': asked.key === undefined ? asked.identity : undefined,
    '--certificate-oidc-issuer': asked.key === undefined ? asked.issuer : undefined,
    '--trusted-root': asked.trustedRoot,
    '--type': asked.type,
  }
  return [
    ...Object.entries(valued).flatMap(([option, value]) => (value === undefined ? [] : [option, value])),
    ...(asked.ignoreTlog ? ['--insecure-ignore-tlog'] : []),
    ...(asked.useSignedTimestamps ? ['--use-signed-timestamps'] : []),
    ...Object.entries(asked.annotations ?? {}).flatMap(([key, value]) => ['-a', `${key}=${value}`]),
  ]
}

/** Is there a cosign to compare with? */
export async function hasCosign(): Promise<boolean> {
  return (await cosign(['version'], '/')).accepts
}

/** Runs cosign with an empty home, and takes its last word as the reason. */
export async function cosign(parameters: readonly string[], home: string): Promise<Answer> {
  const env = { ...process.env, HOME: home, COSIGN_PASSWORD: '' }
  try {
    await execute('cosign', parameters, { env, maxBuffer: 64 * 1024 * 1024 })
    return { accepts: true, message: 'accepted' }
  } catch (thrown) {
    const { stderr = '', message } = thrown as { stderr?: string; message: string }
    const lines = (stderr || message).split('\n').filter((line) => line !== '' && !NOISE.test(line))
    return {
      accepts: false,
      message: lines
        .join(' ')
        .replace(/^Error: /, '')
        .slice(0, 300),
    }
  }
}
