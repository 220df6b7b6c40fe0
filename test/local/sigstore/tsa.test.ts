import { createHash, createPublicKey, X509Certificate } from 'node:crypto'
import { RFC3161Timestamp } from '@sigstore/core'
import { describe, expect, it } from 'vitest'
import { openAuthority } from '../../../local/sigstore/authority.ts'
import { boolean, integer, OID, octets, oid, sequence } from '../../../local/sigstore/der.ts'
import { timestamp } from '../../../local/sigstore/tsa.ts'
import { derRequest, jsonRequest } from '../../../local/sigstore/tsa-request.ts'

const NOW = new Date('2026-03-01T12:00:00.500Z')
const DATA = Buffer.from('signed bytes')
const HASH = createHash('sha256').update(DATA).digest()
const authority = openAuthority(undefined, NOW)
const key = createPublicKey(
  new X509Certificate(authority.timestamps.certificate).publicKey.export({ format: 'pem', type: 'spki' }),
)

function query(...optional: Uint8Array[]): Buffer<ArrayBuffer> {
  const imprint = sequence(sequence(oid(OID.sha256)), octets(HASH))
  return Buffer.from(sequence(integer(1), imprint, ...optional))
}
const reply = (request: Parameters<typeof timestamp>[0]) => Buffer.from(timestamp(request, authority, NOW))

describe('a timestamp', () => {
  it.each([
    ['asked for in DER', derRequest(query())],
    [
      'asked for in JSON',
      jsonRequest(JSON.stringify({ artifactHash: HASH.toString('base64'), hashAlgorithm: 'sha256' })),
    ],
  ])('%s is signed over the data, at the second of the clock', (_, request) => {
    const token = RFC3161Timestamp.parse(reply(request))
    expect(token.signingTime).toEqual(new Date('2026-03-01T12:00:00Z'))
    expect(() => token.verify(DATA, key)).not.toThrow()
    expect(() => token.verify(Buffer.from('other bytes'), key)).toThrow()
  })

  it('repeats the nonce and holds the certificate where that was asked for', () => {
    const nonce = integer(Buffer.from('123456789abcdef0', 'hex'))
    const plain = reply(derRequest(query()))
    const full = reply(derRequest(query(nonce, boolean(true))))
    expect(plain.includes(nonce)).toBe(false)
    expect(plain.includes(authority.timestamps.certificate)).toBe(false)
    expect(full.includes(nonce)).toBe(true)
    expect(full.includes(authority.timestamps.certificate)).toBe(true)
    expect(() => RFC3161Timestamp.parse(full).verify(DATA, key)).not.toThrow()
  })

  it.each([
    ['no DER', Buffer.from('zzz'), 'is not DER'],
    ['no imprint', Buffer.from(sequence(integer(1))), 'has no version and message imprint'],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => derRequest(bytes)).toThrow(message)
  })
})
