import { expect, it } from 'vitest'
import { generalizedTime, sequence, time, tlv } from '../../local/sigstore/der.ts'
import { CERTIFICATE, prove, signEnvelope, statement } from './bundles.ts'
import { NOW, newPki } from './pki.ts'
import { hours, resigned } from './private-ca.ts'

const pki = newPki()
const STAMPED = { ...CERTIFICATE, signer: { kind: 'certificate', sct: false }, log: 0, timestamp: 1 } as const

/** What comes of a signature whose certificate the trusted authority issued with such a beginning. */
function validFrom(start: Buffer) {
  const { bundle } = signEnvelope(pki, statement(), { leaf: { sct: 'none' }, log: 'none', stamp: NOW })
  const { certificate } = bundle.verificationMaterial
  // By the whole of its value: a random serial number may begin as a time does
  const validity = sequence(time(hours(0)), time(hours(1 / 6)))
  const change = (part: Buffer) => (part.equals(validity) ? sequence(start, time(hours(1))) : part)
  const der = resigned(Buffer.from(certificate!.rawBytes, 'base64'), pki.authority.fulcio, { change })
  certificate!.rawBytes = der.toString('base64')
  return prove(pki, bundle, STAMPED)
}

it.each([
  ['with a fraction', 0x18, '20260301120000.000Z', 'certificate-untrusted'],
  ['in another zone', 0x17, '260301120000+0000', 'certificate-untrusted'],
  ['without seconds', 0x17, '2603011200Z', 'malformed'],
  ['in no zone', 0x18, '20260301120000', 'malformed'],
  ['with a year of two digits where there are four', 0x18, '260301120000Z', 'malformed'],
])('a certificate is refused whose time is written %s', (_, tag, from, fault) => {
  expect(validFrom(tlv(tag, Buffer.from(from)))).toMatchObject({ ok: false, fault })
})

it('a certificate may write its times with two digits of the year or four', () => {
  for (const start of [time(hours(0)), generalizedTime(hours(0))]) expect(validFrom(start)).toMatchObject({ ok: true })
})
