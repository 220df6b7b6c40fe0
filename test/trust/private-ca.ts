import { randomBytes, sign } from 'node:crypto'
import { X509Certificate } from '@sigstore/core'
import type { Demand } from '../../lambda/core/policy/policy.ts'
import type { Certified } from '../../local/sigstore/authority.ts'
import {
  certificate,
  certificateAuthority,
  distinguishedName,
  type Issuer,
  keyUsage,
  SIGNATURE_ALGORITHM,
} from '../../local/sigstore/certificate.ts'
import { bits, sequence } from '../../local/sigstore/der.ts'
import { CERTIFICATE } from './bundles.ts'
import { pem } from './log-bodies.ts'
import { ecKeys, NOW } from './pki.ts'

type CaOptions = {
  /** Itself where it is left out. */
  readonly issuer?: Issuer
  readonly keys?: ReturnType<typeof ecKeys>
  readonly from?: Date
  readonly to?: Date
  readonly extensions?: readonly Buffer[]
}

export const hours = (count: number): Date => new Date(NOW.getTime() + count * 3_600_000)

/** A certificate authority of its own making, or one below another. */
export function newCa(commonName: string, options: CaOptions = {}): Certified {
  const { keys = ecKeys(), from = hours(-24), to = hours(24) } = options
  const name = distinguishedName('Acme', commonName)
  const self = { name, ...keys }
  const extensions = options.extensions ?? [certificateAuthority(), keyUsage('issue')]
  const fields = {
    serial: randomBytes(16),
    subject: name,
    publicKey: keys.publicKey,
    notBefore: from,
    notAfter: to,
    extensions,
  }
  return { ...self, certificate: certificate(fields, options.issuer ?? self) }
}

const SHA256 = { name: 'sha256', algorithm: SIGNATURE_ALGORITHM }
/** What signs a certificate without keeping anybody from forging it. */
export const SHA1 = { name: 'sha1', algorithm: Buffer.from('300906072a8648ce3d0401', 'hex') }

/** The same certificate, signed anew by an issuer: over parts that a test has changed, or under another hash. */
export function resigned(
  der: Uint8Array,
  { privateKey }: Issuer,
  { change = (part: Buffer): Buffer => part, hash = SHA256 } = {},
): Buffer {
  const parts = X509Certificate.parse(Buffer.from(der)).tbsCertificate.subs.map((part) => part.toDER())
  const tbs = sequence(...parts.map((part) => (part.equals(SIGNATURE_ALGORITHM) ? hash.algorithm : change(part))))
  return sequence(tbs, hash.algorithm, bits(sign(hash.name, tbs, privateKey)))
}

/** Certificates as PEM, one after the other. */
export function pemOf(...certified: readonly Certified[]): string {
  return certified.map(({ certificate: der }) => pem({ kind: 'certificate', der })).join('\n')
}

/** A demand for a certificate of one of these authorities alone. */
export function trusting(...anchors: readonly Certified[]): Demand {
  return { ...CERTIFICATE, signer: { kind: 'certificate', sct: false, ca: pemOf(...anchors) } }
}
