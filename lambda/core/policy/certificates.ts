import { X509Certificate } from 'node:crypto'

const MAX_CERTIFICATES = 16
const BEGIN = '-----BEGIN '
const BLOCK = /^-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]{1,65536}-----END CERTIFICATE-----/

/** Reads all certificates of a PEM text, in its order; or why it is none. The fault never repeats what was read. */
export function readCertificates(
  text: string,
): { readonly certificates: readonly X509Certificate[] } | { readonly fault: string } {
  if (text.includes('PRIVATE KEY-----')) {
    return { fault: 'holds a private key; take it out of this file and leave the certificates' }
  }
  const starts = [...text.matchAll(new RegExp(BEGIN, 'g'))].map(({ index }) => index)
  if (starts.length === 0) return { fault: 'not PEM: no -----BEGIN CERTIFICATE-----' }
  if (starts.length > MAX_CERTIFICATES) {
    return { fault: `has ${starts.length} certificates; at most ${MAX_CERTIFICATES} are allowed` }
  }
  const read = starts.map((start) => readCertificate(text.slice(start)))
  const broken = read.indexOf(undefined)
  if (broken >= 0) return { fault: `its PEM block ${broken + 1} is not a certificate we can read` }
  return { certificates: read.filter((certificate) => certificate !== undefined) }
}

function readCertificate(text: string): X509Certificate | undefined {
  const block = BLOCK.exec(text)?.[0]
  try {
    return block === undefined ? undefined : new X509Certificate(block)
  } catch {
    return undefined
  }
}
