import { describe, expect, it } from 'vitest'
import { assertBounded } from '../../lambda/trust/bounded-der.ts'
import { Rejection } from '../../lambda/trust/rejection.ts'
import { extension } from '../../local/sigstore/certificate.ts'
import { sequence } from '../../local/sigstore/der.ts'
import { prove, signEnvelope, statement } from './bundles.ts'
import { ecKeys, leafCertificate, newPki, stamped } from './pki.ts'

const pki = newPki()
/** Each of these values begins as an object that holds the next ones would: a certificate with many claims looks like this. */
const BOMB = sequence(...Array.from({ length: 80 }, () => extension('1.3.6.1.4.1.57264.1.5', Buffer.from('acme/app'))))

describe('DER over which the library would work without end', () => {
  it('is turned away in a certificate, also one that an authority has issued', () => {
    const claims = Array.from({ length: 80 }, () => extension('1.3.6.1.4.1.57264.1.5', Buffer.from('acme/app')))
    const { bundle } = signEnvelope(pki, statement(), { leaf: { claims } })
    expect(prove(pki, { kind: 'bundle', bundle })).toMatchObject({ ok: false, fault: 'over-limit' })
  })

  it('is turned away', () => {
    expect(() => assertBounded(BOMB, 'a test')).toThrow(
      new Rejection('over-limit', 'a test: more than 2500 objects in its DER'),
    )
  })

  it('is turned away as a timestamp, whoever attached it', () => {
    const { bundle } = signEnvelope(pki, statement())
    const rfc3161Timestamps = [{ signedTimestamp: BOMB.toString('base64') }]
    const verificationMaterial = { ...bundle.verificationMaterial, timestampVerificationData: { rfc3161Timestamps } }
    const content = { kind: 'bundle', bundle: { ...bundle, verificationMaterial } } as const
    expect(prove(pki, content)).toMatchObject({ ok: false, fault: 'over-limit' })
  })
})

it('what real authorities issue is not', () => {
  const leaf = leafCertificate(pki, ecKeys().publicKey)
  const token = Buffer.from(stamped(pki, Buffer.from('signature')), 'base64')
  for (const der of [leaf, token]) expect(() => assertBounded(der, 'a test')).not.toThrow()
})

it.each([
  ['nothing', Buffer.alloc(0)],
  ['a tag alone', Buffer.of(0x30)],
  ['a length without end', Buffer.of(0x30, 0x84, 1)],
  ['a length that is too long', Buffer.of(0x30, 0x89, 1, 1, 1, 1, 1, 1, 1, 1, 1)],
  ['nesting without end', Buffer.alloc(500, 0x30)],
])('%s is left to the parser', (_, der) => {
  expect(() => assertBounded(der, 'a test')).not.toThrow()
})

describe('what the parser gives up on at once is left to it, whatever follows:', () => {
  const MANY = Buffer.alloc(2 * 21_000, Buffer.of(0x05, 0x00))
  const startingWith = (...first: readonly number[]) => sequence(Buffer.from(first), MANY)

  it.each<[string, Buffer]>([
    ['a tag of several bytes', startingWith(0x1f, 0x00)],
    ['a constructed tag of several bytes', startingWith(0x3f, 0x00)],
    ['the tag 0', startingWith(0x00, 0x00)],
    ['a constructed tag 0', startingWith(0x20, 0x00)],
    ['a length without end', startingWith(0x04, 0x80)],
    ['a length in two bytes where one would do', startingWith(0x04, 0x81, 0x04)],
    ['a length that begins with 0', startingWith(0x04, 0x82, 0x00, 0x80)],
    ['a list that reaches beyond the end', startingWith(0x30, 0x84, 0x7f, 0xff, 0xff, 0xff)],
    ['nesting beyond a hundred levels', Buffer.alloc(60_000, 0x30)],
  ])('%s', (_, der) => {
    expect(() => assertBounded(der, 'a test')).not.toThrow()
  })

  it.each<[string, Buffer]>([
    ['an ordinary object', startingWith(0x05, 0x00)],
    ['a length of 127', startingWith(0x04, 0x7f, ...Array(127).fill(0))],
    ['a length of 128', startingWith(0x04, 0x81, 0x80, ...Array(128).fill(0))],
  ])('but not %s', (_, der) => {
    expect(() => assertBounded(der, 'a test')).toThrow(Rejection)
  })
})
