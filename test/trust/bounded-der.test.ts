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
      new Rejection('over-limit', 'a test: more than 20000 objects in its DER'),
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
