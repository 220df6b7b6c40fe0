import { ASN1Obj } from '@sigstore/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bits, boolean, integer, octets, oid, sequence, setOf, time, tlv, utf8 } from '../../../local/sigstore/der.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

describe('DER', () => {
  it.each([
    ['zero', integer(0), '020100'],
    ['a high bit gets a leading zero', integer(128), '02020080'],
    ['leading zeros of bytes go', integer(Buffer.of(0, 0, 1)), '020101'],
    ['true', boolean(true), '0101ff'],
    ['bits', bits(Buffer.of(0x80), 7), '03020780'],
    ['text', utf8('é'), '0c02c3a9'],
    ['an object identifier', oid('1.2.840.10045.4.3.2'), '06082a8648ce3d040302'],
    ['a second arc over 39', oid('2.16.840.1.101.3.4.2.1'), '0609608648016503040201'],
    ['a time of this century', time(new Date('2026-11-22T22:04:31.999Z')), '170d3236313132323232303433315a'],
    ['a time from 2050 on', time(new Date('2050-01-01T00:00:00Z')), '180f32303530303130313030303030305a'],
    ['a sequence', sequence(integer(1), integer(2)), '3006020101020102'],
    ['a set in the order of its encodings', setOf(integer(2), integer(1)), '3106020101020102'],
    ['a long length', tlv(0x04, Buffer.alloc(0x80)).subarray(0, 3), '048180'],
    ['a longer length', tlv(0x04, Buffer.alloc(0x1234)).subarray(0, 4), '04821234'],
  ])('%s', (_, bytes, expected) => {
    expect(hex(bytes)).toBe(expected)
  })

  it('is read back by another parser', () => {
    const arc = fc.nat({ max: 2 ** 31 - 1 })
    fc.assert(
      fc.property(fc.nat(), fc.tuple(fc.constantFrom(0, 1, 2), fc.nat({ max: 39 }), arc, arc), (number, arcs) => {
        const written = Buffer.from(sequence(integer(number), oid(arcs.join('.')), octets(Buffer.from('x'))))
        const [first, second] = ASN1Obj.parseBuffer(written).subs
        expect(first?.toInteger()).toBe(BigInt(number))
        expect(second?.toOID()).toBe(arcs.join('.'))
      }),
    )
  })
})
