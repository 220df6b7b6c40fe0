import { generateKeyPairSync, hash, type KeyObject, randomBytes, sign } from 'node:crypto'
import { type Authority, type KeyPair, openAuthority } from '../../local/sigstore/authority.ts'
import {
  certificate,
  extendedKeyUsage,
  type Issuer,
  keyUsage,
  tbsCertificate,
} from '../../local/sigstore/certificate.ts'
import { logId, sctExtension } from '../../local/sigstore/ct.ts'
import { OID, sequence } from '../../local/sigstore/der.ts'
import { claimExtensions, subjectAltName } from '../../local/sigstore/fulcio-claims.ts'
import { checkpoint, LOG_NAME, noteKeyId } from '../../local/sigstore/note.ts'
import { canonical } from '../../local/sigstore/rekor-body.ts'
import { endpointsAt } from '../../local/sigstore/signing-config.ts'
import { githubClaims } from '../../local/sigstore/token.ts'
import { openLog, type TransparencyLog } from '../../local/sigstore/transparency-log.ts'
import { trustedRoot } from '../../local/sigstore/trusted-root.ts'
import { timestamp } from '../../local/sigstore/tsa.ts'
import { jsonRequest } from '../../local/sigstore/tsa-request.ts'

/** A log entry as it stands in a bundle. */
export type LogEntry = {
  logIndex: string
  logId: { keyId: string }
  kindVersion: { kind: string; version: string }
  integratedTime: string
  inclusionPromise?: { signedEntryTimestamp: string }
  inclusionProof?: {
    logIndex: string
    treeSize: string
    rootHash: string
    hashes: string[]
    checkpoint: { envelope: string }
  }
  canonicalizedBody: string
}

/** When everything here is signed, unless a test says otherwise. */
export const NOW = new Date('2026-03-01T12:00:00Z')
export const ISSUER = 'https://token.actions.githubusercontent.com'
export const WORKFLOW = 'https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main'

const CLAIMS = githubClaims({ repository: 'acme/app', workflow: 'release.yml' })
const MINUTE = 60_000

/** A Sigstore whose every part a test can have sign the wrong thing. */
export type Pki = { readonly authority: Authority; readonly log: TransparencyLog; readonly log2: TransparencyLog }

export function newPki(): Pki {
  return { authority: openAuthority(undefined, NOW), log: openLog(undefined), log2: openLog(undefined) }
}

/** The trusted_root.json of this Sigstore, as JSON that a test may change. */
export function rootOf({ authority }: Pki): RootJson {
  return JSON.parse(JSON.stringify(trustedRoot(authority, endpointsAt('http://127.0.0.1:1')))) as RootJson
}

type Validity = { start?: string; end?: string }
type LogJson = { publicKey: { validFor?: Validity } }
type AuthorityJson = { certChain: { certificates: { rawBytes: string }[] }; validFor?: Validity }
export type RootJson = {
  mediaType: string
  tlogs: LogJson[]
  ctlogs: LogJson[]
  certificateAuthorities: AuthorityJson[]
  timestampAuthorities: AuthorityJson[]
}

export function ecKeys(namedCurve = 'P-256'): KeyPair {
  return generateKeyPairSync('ec', { namedCurve })
}

/** What differs from a certificate that Fulcio would issue to the workflow. */
export type LeafOptions = {
  readonly from?: Date
  /** Ten minutes unless said. */
  readonly minutes?: number
  readonly issuer?: Issuer
  readonly name?: Buffer
  readonly usage?: readonly Buffer[]
  readonly claims?: readonly Buffer[]
  readonly sct?: 'good' | 'none' | 'foreign'
}

export function leafCertificate({ authority }: Pki, publicKey: KeyObject, options: LeafOptions = {}): Buffer {
  const { from = NOW, minutes = 10, issuer = authority.fulcio, sct = 'good' } = options
  const extensions = [
    keyUsage('sign'),
    ...(options.usage ?? [extendedKeyUsage(OID.codeSigning)]),
    options.name ?? subjectAltName(CLAIMS),
    ...(options.claims ?? claimExtensions(CLAIMS)),
  ]
  const notAfter = new Date(from.getTime() + minutes * MINUTE)
  const fields = { serial: randomBytes(16), subject: sequence(), publicKey, notBefore: from, notAfter, extensions }
  if (sct === 'none') return certificate(fields, issuer)
  const by = sct === 'good' ? authority.ct : ecKeys()
  const stamped = sctExtension(tbsCertificate(fields, issuer), issuer.publicKey, by, from)
  return certificate({ ...fields, extensions: [...extensions, stamped] }, issuer)
}

export type Inclusion = { readonly at?: Date; readonly promise?: boolean; readonly proof?: boolean }

/** Logs any body whatever in the Rekor v1 of this Sigstore: promise and proof are genuine. */
export function logged({ authority, log }: Pki, body: object, inclusion: Inclusion = {}): LogEntry {
  const { at = NOW, promise = true, proof = true } = inclusion
  const key = authority.rekor
  const integratedTime = Math.floor(at.getTime() / 1000)
  const encoded = Buffer.from(canonical(body)).toString('base64')
  const { index } = log.append({ body: encoded, integratedTime })
  const id = logId(key.publicKey)
  const signed = (data: Buffer) => sign('sha256', data, key.privateKey)
  const payload = { body: encoded, integratedTime, logID: id.toString('hex'), logIndex: index }
  return {
    logIndex: String(index),
    logId: { keyId: id.toString('base64') },
    kindVersion: kindOf(body),
    integratedTime: String(integratedTime),
    inclusionPromise: promise
      ? { signedEntryTimestamp: signed(Buffer.from(canonical(payload))).toString('base64') }
      : undefined,
    inclusionProof: proof ? proofOf(log, index, { origin: `${LOG_NAME} - 1`, keyId: id }, signed) : undefined,
    canonicalizedBody: encoded,
  }
}

/** The same in its Rekor v2, which gives a proof and no time. */
export function logged2({ authority, log2 }: Pki, body: object): LogEntry {
  const key = authority.rekor2
  const encoded = Buffer.from(canonical(body)).toString('base64')
  const { index } = log2.append({ body: encoded, integratedTime: 0 })
  const keyId = noteKeyId(key.publicKey)
  return {
    logIndex: String(index),
    logId: { keyId: keyId.toString('base64') },
    kindVersion: kindOf(body),
    integratedTime: '0',
    inclusionPromise: undefined,
    inclusionProof: proofOf(log2, index, { origin: LOG_NAME, keyId }, (note) => sign(null, note, key.privateKey)),
    canonicalizedBody: encoded,
  }
}

/** An RFC 3161 timestamp over the signature. */
export function stamped({ authority }: Pki, signature: Uint8Array, at = NOW): string {
  const artifactHash = hash('sha256', signature, 'base64')
  const request = jsonRequest(JSON.stringify({ artifactHash, hashAlgorithm: 'sha256', certificates: true }))
  return timestamp(request, authority, at).toString('base64')
}

function kindOf(body: object): { kind: string; version: string } {
  const { kind, apiVersion } = body as { kind: string; apiVersion: string }
  return { kind, version: apiVersion }
}

function proofOf(
  log: TransparencyLog,
  index: number,
  origin: { origin: string; keyId: Buffer },
  signed: (note: Buffer) => Buffer,
) {
  const { size, root, hashes } = log.inclusion(index)
  return {
    logIndex: String(index),
    treeSize: String(size),
    rootHash: root.toString('base64'),
    hashes: hashes.map((one) => one.toString('base64')),
    checkpoint: { envelope: checkpoint(origin, { size, root }, signed) },
  }
}
