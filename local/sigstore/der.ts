/** Object identifiers that certificates and timestamps name. */
export const OID = {
  sha256: '2.16.840.1.101.3.4.2.1',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyId: '2.5.29.35',
  extKeyUsage: '2.5.29.37',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  sctList: '1.3.6.1.4.1.11129.2.4.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  signedData: '1.2.840.113549.1.7.2',
  tstInfo: '1.2.840.113549.1.9.16.1.4',
  timestampPolicy: '1.3.6.1.4.1.57264.2',
} as const

/** One DER value (X.690) with this tag around its content. */
export function tlv(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content)
  if (body.length < 0x80) return Buffer.concat([Buffer.of(tag, body.length), body])
  const length = unsigned(body.length)
  return Buffer.concat([Buffer.of(tag, 0x80 | length.length), length, body])
}

export function sequence(...items: readonly Uint8Array[]): Buffer {
  return tlv(0x30, ...items)
}

/** SET OF: DER orders its members by their encoding. */
export function setOf(...items: readonly Uint8Array[]): Buffer {
  return tlv(0x31, ...items.toSorted((one, other) => Buffer.compare(one, other)))
}

/** The constructed context tag `[number]`, explicit around one value or implicit around several. */
export function context(number: number, ...items: readonly Uint8Array[]): Buffer {
  return tlv(0xa0 | number, ...items)
}

/** A non-negative integer, given as a number or as big-endian bytes. */
export function integer(value: number | Uint8Array): Buffer {
  const bytes = typeof value === 'number' ? unsigned(value) : Buffer.from(value)
  const first = bytes.findIndex((byte) => byte !== 0)
  const minimal = first < 0 ? Buffer.of(0) : bytes.subarray(first)
  return tlv(0x02, (minimal[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), minimal]) : minimal)
}

export function boolean(value: boolean): Buffer {
  return tlv(0x01, Buffer.of(value ? 0xff : 0))
}

export function octets(bytes: Uint8Array): Buffer {
  return tlv(0x04, bytes)
}

export function bits(bytes: Uint8Array, unused = 0): Buffer {
  return tlv(0x03, Buffer.of(unused), bytes)
}

export function utf8(text: string): Buffer {
  return tlv(0x0c, Buffer.from(text, 'utf8'))
}

export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return tlv(0x06, ...[first * 40 + second, ...rest].map(base128))
}

/** GeneralizedTime in whole seconds. */
export function generalizedTime(date: Date): Buffer {
  return tlv(0x18, Buffer.from(`${compact(date)}Z`, 'latin1'))
}

/** A certificate's time: UTCTime up to 2049, GeneralizedTime after (RFC 5280, 4.1.2.5). */
export function time(date: Date): Buffer {
  if (date.getUTCFullYear() >= 2050) return generalizedTime(date)
  return tlv(0x17, Buffer.from(`${compact(date).slice(2)}Z`, 'latin1'))
}

function compact(date: Date): string {
  return date.toISOString().slice(0, 19).replace(/[-:T]/g, '')
}

function unsigned(value: number): Buffer {
  const hex = value.toString(16)
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
}

function base128(value: number): Buffer {
  const groups = [value % 128]
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) groups.unshift((rest % 128) | 0x80)
  return Buffer.from(groups)
}
