import { createPublicKey, type KeyObject } from 'node:crypto'

const LABEL = /-----BEGIN ([A-Z0-9 ]{1,40})-----/
const BLOCK = /-----BEGIN ([A-Z0-9 ]{1,40})-----[^-]{1,65536}-----END \1-----/
const CURVES: readonly string[] = ['prime256v1', 'secp384r1', 'secp521r1']
const SMALLEST_RSA = 2_048

/** A public key in its one canonical PEM form, or why the text is not one. The fault never repeats key material. */
export type PublicKey = { readonly pem: string } | { readonly fault: string }

/** Reads the first PEM block of a text as a public key, as upstream does. */
export function readPublicKey(text: string): PublicKey {
  const label = LABEL.exec(text)?.[1]
  if (label === undefined) return { fault: 'not a PEM public key: no -----BEGIN PUBLIC KEY-----' }
  if (label.includes('PRIVATE')) return { fault: 'a private key; take it out of this file and put its public key here' }
  if (label !== 'PUBLIC KEY' && label !== 'RSA PUBLIC KEY') return { fault: `a PEM ${label}, not a PUBLIC KEY` }
  const block = BLOCK.exec(text)?.[0]
  if (block === undefined) return { fault: 'a PEM public key without its end line' }
  try {
    const key = createPublicKey(block)
    const fault = keyFault(key)
    return fault === undefined ? { pem: key.export({ type: 'spki', format: 'pem' }).toString() } : { fault }
  } catch {
    return { fault: 'a PEM block that is not a public key we can read' }
  }
}

/** How many PEM blocks a text has; only the first counts. */
export function countPemBlocks(text: string): number {
  return text.split('-----BEGIN ').length - 1
}

function keyFault({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string | undefined {
  const { modulusLength = 0, namedCurve = 'unnamed' } = asymmetricKeyDetails ?? {}
  if (asymmetricKeyType === 'ed25519') return undefined
  if (asymmetricKeyType === 'ec') {
    return CURVES.includes(namedCurve) ? undefined : `an EC key on ${namedCurve}; P-256, P-384 and P-521 are allowed`
  }
  if (asymmetricKeyType !== 'rsa') return `a key of type ${asymmetricKeyType}; EC, RSA and Ed25519 are allowed`
  if (modulusLength >= SMALLEST_RSA) return undefined
  return `an RSA key of ${modulusLength} bits; at least ${SMALLEST_RSA} are needed`
}
