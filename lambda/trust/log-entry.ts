import { createPublicKey, hash } from 'node:crypto'
import type { TransparencyLogEntry } from '@sigstore/bundle'
import type { TrustMaterial } from '@sigstore/verify'
import { verifyTLogInclusion } from '@sigstore/verify/dist/tlog/index.js'
import { isObject } from '../core/is-object.ts'
import { pemCertificates } from '../core/pem.ts'
import { parseJson } from './json.ts'
import { spki } from './keys.ts'
import { Rejection } from './rejection.ts'
import type { SignedContent } from './signed-content.ts'

/**
 * A log entry must speak of the very certificate or key that the signature is verified with, given in DER.
 * The library compares signature and digest only, so an entry for another certificate would pass (cosign GHSA-whqx-f9j3-ch6m).
 */
export function assertSpeaksOf(entry: TransparencyLogEntry, holder: Buffer): void {
  if (!derNamed(loggedVerifier(entry)).equals(holder)) {
    throw new Rejection('log-mismatch', 'the log entry names another certificate or key')
  }
}

/** `intoto` 0.0.1, found on images of 2022 and 2023, is the one kind of entry that real images carry and the library refuses. */
export function isIntoto001({ kindVersion }: TransparencyLogEntry): boolean {
  return kindVersion.kind === 'intoto' && kindVersion.version === '0.0.1'
}

/** Verifies an `intoto` 0.0.1 entry: that it is in the log, and that it is about this payload. It holds no signature to compare. */
export function verifyIntoto001(
  entry: TransparencyLogEntry,
  content: SignedContent,
  logs: TrustMaterial['tlogs'],
): void {
  verifyTLogInclusion(entry, logs)
  const body = parseJson(entry.canonicalizedBody, 'the body of the log entry')
  if (at(body, 'kind') !== 'intoto' || at(body, 'apiVersion') !== '0.0.1') {
    throw new Rejection('log-mismatch', 'the log entry is of another kind than the bundle says')
  }
  const logged = at(body, 'spec', 'content', 'payloadHash', 'value')
  if (content.kind !== 'dsse' || logged !== hash('sha256', content.payload)) {
    throw new Rejection('log-mismatch', 'the log entry is about another payload')
  }
}

/** An entry proven by checkpoint alone brings no time of its own: its log must have been in use when the signature was made. */
export function assertLogInUse(
  entry: TransparencyLogEntry,
  logs: TrustMaterial['tlogs'],
  times: readonly Date[],
): void {
  if (entry.inclusionPromise !== undefined) return
  const inUse = logs.some(
    ({ logID, validFor }) =>
      logID.equals(entry.logId.keyId) && times.every((time) => validFor.start <= time && time <= validFor.end),
  )
  if (!inUse) throw new Rejection('log-invalid', 'the log was not in use at the time of the signature')
}

// Where each kind of entry keeps it: https://github.com/sigstore/rekor/tree/main/pkg/types, and rekor-tiles for 0.0.2
const PATHS: Readonly<Record<string, readonly (string | number)[]>> = {
  'hashedrekord/0.0.1': ['spec', 'signature', 'publicKey', 'content'],
  'hashedrekord/0.0.2': ['spec', 'hashedRekordV002', 'signature', 'verifier'],
  'dsse/0.0.1': ['spec', 'signatures', 0, 'verifier'],
  'dsse/0.0.2': ['spec', 'dsseV002', 'signatures', 0, 'verifier'],
  'intoto/0.0.1': ['spec', 'publicKey'],
  'intoto/0.0.2': ['spec', 'content', 'envelope', 'signatures', 0, 'publicKey'],
}

function loggedVerifier(entry: TransparencyLogEntry): unknown {
  const kind = `${entry.kindVersion.kind}/${entry.kindVersion.version}`
  const path = Object.hasOwn(PATHS, kind) ? PATHS[kind] : undefined
  if (path === undefined) throw new Rejection('unsupported', `log entry of kind ${kind}`)
  return at(parseJson(entry.canonicalizedBody, 'the body of the log entry'), ...path)
}

function derNamed(logged: unknown): Buffer {
  if (typeof logged === 'string') return derOf(Buffer.from(logged, 'base64').toString())
  const der = at(logged, 'x509Certificate', 'rawBytes') ?? at(logged, 'publicKey', 'rawBytes')
  if (typeof der === 'string') return Buffer.from(der, 'base64')
  throw new Rejection('log-mismatch', 'the log entry names no key and no certificate')
}

/** A certificate is compared byte for byte; keys come in several encodings of PEM. */
function derOf(pem: string): Buffer {
  const [certificate] = pemCertificates(pem)
  return certificate ?? spki(createPublicKey(pem))
}

function at(json: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((value, key) => {
    if (Array.isArray(value) && typeof key === 'number') return value[key]
    return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
  }, json)
}
