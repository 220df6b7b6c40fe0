import { randomBytes } from 'node:crypto'
import type { Certified } from '../../local/sigstore/authority.ts'
import {
  certificate,
  certificateAuthority,
  distinguishedName,
  type Issuer,
  keyUsage,
} from '../../local/sigstore/certificate.ts'
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
