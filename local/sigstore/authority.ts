import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import {
  type CertificateFields,
  certificate,
  certificateAuthority,
  distinguishedName,
  extendedKeyUsage,
  type Issuer,
  keyUsage,
} from './certificate.ts'
import { OID } from './der.ts'
import { writeDurably } from './durable-file.ts'

export type KeyPair = { readonly privateKey: KeyObject; readonly publicKey: KeyObject }
/** A key pair that a certificate speaks for. */
export type Certified = Issuer & { readonly certificate: Buffer }

/** All keys and certificates of one private Sigstore. */
export type Authority = {
  /** From when on everything here is to be trusted. */
  readonly validFrom: Date
  readonly root: Certified
  readonly fulcio: Certified
  readonly timestamps: Certified
  readonly ct: KeyPair
  readonly rekor: KeyPair
  readonly rekor2: KeyPair
}

const KEYS = ['root', 'fulcio', 'timestamps', 'ct', 'rekor', 'rekor2'] as const
const CERTIFIED = ['root', 'fulcio', 'timestamps'] as const
const Saved = z.object({
  validFrom: z.iso.datetime(),
  keys: z.record(z.enum(KEYS), z.string()),
  certificates: z.record(z.enum(CERTIFIED), z.base64()),
})

const ORGANIZATION = 'Assay private Sigstore (tests only)'
const NAMES = {
  root: distinguishedName(ORGANIZATION, 'root'),
  fulcio: distinguishedName(ORGANIZATION, 'certificate authority'),
  timestamps: distinguishedName(ORGANIZATION, 'timestamp authority'),
}
const YEAR = 365 * 24 * 3600 * 1000

/** Loads the authority from a file, or makes a new one and saves it there. Without a file it lives in memory. */
export function openAuthority(path: string | undefined, now: Date): Authority {
  if (path !== undefined && existsSync(path)) return fromJson(readFileSync(path, 'utf8'))
  const made = newAuthority(now)
  if (path !== undefined) writeDurably(path, toJson(made))
  return made
}

/** Trusted from a year before its making on, so that a clock set back can make old signatures. */
function newAuthority(now: Date): Authority {
  const validFrom = new Date(now.getTime() - YEAR)
  const keys = {
    root: ecKeys(),
    fulcio: ecKeys(),
    timestamps: ecKeys(),
    ct: ecKeys(),
    rekor: ecKeys(),
    rekor2: generateKeyPairSync('ed25519'),
  }
  const root = { name: NAMES.root, ...keys.root }
  const certify = (name: keyof typeof NAMES, ...extensions: Uint8Array[]): Certified => {
    const fields: CertificateFields = {
      serial: randomBytes(16),
      subject: NAMES[name],
      publicKey: keys[name].publicKey,
      notBefore: validFrom,
      notAfter: new Date(validFrom.getTime() + 20 * YEAR),
      extensions,
    }
    return { name: NAMES[name], ...keys[name], certificate: certificate(fields, root) }
  }
  return {
    ...keys,
    validFrom,
    root: certify('root', certificateAuthority(), keyUsage('issue')),
    fulcio: certify('fulcio', certificateAuthority(), keyUsage('issue'), extendedKeyUsage(OID.codeSigning)),
    timestamps: certify('timestamps', keyUsage('sign'), extendedKeyUsage(OID.timeStamping, true)),
  }
}

function toJson(authority: Authority): string {
  const pem = (name: (typeof KEYS)[number]) => authority[name].privateKey.export({ format: 'pem', type: 'pkcs8' })
  return JSON.stringify({
    validFrom: authority.validFrom.toISOString(),
    keys: Object.fromEntries(KEYS.map((name) => [name, pem(name).toString()])),
    certificates: Object.fromEntries(CERTIFIED.map((name) => [name, authority[name].certificate.toString('base64')])),
  })
}

function fromJson(text: string): Authority {
  const saved = Saved.parse(JSON.parse(text))
  const keys = (name: (typeof KEYS)[number]): KeyPair => {
    const privateKey = createPrivateKey(saved.keys[name])
    return { privateKey, publicKey: createPublicKey(privateKey) }
  }
  const certified = (name: (typeof CERTIFIED)[number]): Certified => ({
    name: NAMES[name],
    ...keys(name),
    certificate: Buffer.from(saved.certificates[name], 'base64'),
  })
  return {
    validFrom: new Date(saved.validFrom),
    root: certified('root'),
    fulcio: certified('fulcio'),
    timestamps: certified('timestamps'),
    ct: keys('ct'),
    rekor: keys('rekor'),
    rekor2: keys('rekor2'),
  }
}

function ecKeys(): KeyPair {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
}
