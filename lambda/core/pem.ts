const CERTIFICATES = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g

/** The certificates of a PEM text in their order, as bytes that nobody has looked at. What stands around them means nothing. */
export function pemCertificates(text: string): Buffer[] {
  return [...text.matchAll(CERTIFICATES)].map(([, base64 = '']) => Buffer.from(base64, 'base64'))
}
