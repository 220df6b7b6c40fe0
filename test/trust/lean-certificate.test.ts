import { randomBytes } from 'node:crypto'
import { bundleFromJSON } from '@sigstore/bundle'
import { X509Certificate } from '@sigstore/core'
import { TrustedRoot } from '@sigstore/protobuf-specs'
import { toSignedEntity, toTrustMaterial, VerificationError, Verifier } from '@sigstore/verify'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { leanCertificate, leanMaterial } from '../../lambda/trust/lean-certificate.ts'
import { faultOf } from '../../lambda/trust/rejection.ts'
import {
  certificate,
  certificateAuthority,
  extendedKeyUsage,
  extension,
  type Issuer,
  keyUsage,
  tbsCertificate,
} from '../../local/sigstore/certificate.ts'
import { sctExtension } from '../../local/sigstore/ct.ts'
import { boolean, integer, OID, octets, sequence, tlv } from '../../local/sigstore/der.ts'
import { signEnvelope, statement } from './bundles.ts'
import { ecKeys, leafCertificate, NOW, newPki, rootOf } from './pki.ts'

// The library with lean certificates must accept and refuse what the library alone does, for the same reason

const RUNS = { numRuns: Number(process.env.ASSAY_MUTANTS ?? 60), seed: 20260301 }
const HOUR = 3_600_000
const pki = newPki()
const { fulcio, root, ct } = pki.authority
const keys = ecKeys()
const signed = signEnvelope(pki, statement(), { keys, stamp: NOW }).bundle
const leaf = leafCertificate(pki, keys.publicKey)

/** What came of it: a value, or why not. */
function outcome(work: () => unknown): unknown {
  try {
    return { value: work() }
  } catch (thrown) {
    return reasonOf(thrown)
  }
}

function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof VerificationError)) return faultOf(thrown).fault
  return `${thrown.message}${thrown.cause === undefined ? '' : `: ${reasonOf(thrown.cause)}`}`
}

function parsed(der: Uint8Array): X509Certificate {
  return X509Certificate.parse(Buffer.from(der))
}

/** Everything that the library asks of a certificate. */
function answers(one: X509Certificate, issuers: readonly X509Certificate[]): unknown[] {
  const spliced = one.clone()
  const removed = one.extensions.map((_, index) => {
    const copy = one.clone()
    copy.extensions.splice(index, 1)
    return copy.tbsCertificate.toDER()
  })
  const oids = one.extensions.map((each) => outcome(() => each.subs[0]?.toOID()))
  return [
    one.root.toDER(),
    one.tbsCertificate.toDER(),
    outcome(() => one.publicKey),
    outcome(() => one.serialNumber),
    outcome(() => [one.notBefore, one.notAfter]),
    outcome(() => one.signatureAlgorithm),
    outcome(() => one.signatureValue),
    outcome(() => one.subjectAltName),
    outcome(() => one.isCA),
    outcome(() => one.extBasicConstraints?.pathLenConstraint),
    outcome(() => one.extAuthorityKeyID?.keyIdentifier),
    outcome(() => one.extSubjectKeyID?.keyIdentifier),
    outcome(() => one.extSCT?.signedCertificateTimestamps.length),
    oids.map((oid) => outcome(() => one.extension(String(oid))?.value)),
    outcome(() => one.extension('1.2.3.4')),
    outcome(() => one.verify()),
    issuers.map((issuer) => [one.equals(issuer), outcome(() => one.verify(issuer)), outcome(() => one.verify(issuer))]),
    spliced.root.toDER(),
    spliced.equals(one),
    removed,
  ]
}

/** Whether there was anything to compare: what the library cannot parse never becomes lean. */
function assertSame(der: Uint8Array): boolean {
  const issuers = [fulcio, root].map((one) => parsed(one.certificate))
  if (typeof outcome(() => parsed(der)) === 'string') return false
  const alone = outcome(() => answers(parsed(der), issuers))
  const lean = outcome(() => answers(leanCertificate(parsed(der)), issuers.map(leanCertificate)))
  expect(lean).toEqual(alone)
  return typeof alone !== 'string'
}

type Edit = { readonly at: number; readonly remove: number; readonly insert: Uint8Array }

function edited(der: Buffer, edits: readonly Edit[]): Buffer {
  return edits.reduce((bytes, { at, remove, insert }) => {
    const start = at % bytes.length
    return Buffer.concat([bytes.subarray(0, start), insert, bytes.subarray(start + remove)])
  }, der)
}

describe('a lean certificate', () => {
  it.each([
    ['of a workflow', leaf],
    ['of an authority', fulcio.certificate],
    ['of a root', root.certificate],
    ['without extensions', certificate({ ...fieldsOf([]), extensions: [] }, fulcio)],
    ['of a long name', certificate(fieldsOf([extension('1.2.3', Buffer.alloc(70_000, 7))]), fulcio)],
    [
      'with extensions of 127 and 128 bytes',
      certificate(fieldsOf([119, 120, 121, 122].map((size) => junk(size))), fulcio),
    ],
    ['with values of 127 and 128 bytes', certificate(fieldsOf([127, 128, 255, 256].map((size) => junk(size))), fulcio)],
  ])('answers as it does to the library alone: %s', (_, der) => {
    expect(assertSame(der)).toBe(true)
  })

  it('answers the same whatever was done to its bytes', () => {
    const sameLength = fc.record({
      at: fc.nat(),
      remove: fc.constant(1),
      insert: fc.uint8Array({ minLength: 1, maxLength: 1 }),
    })
    const any = fc.record({ at: fc.nat(), remove: fc.nat(4), insert: fc.uint8Array({ maxLength: 4 }) })
    const edits = fc.array(fc.oneof({ arbitrary: sameLength, weight: 9 }, any), { minLength: 1, maxLength: 3 })
    let compared = 0
    fc.assert(
      fc.property(fc.constantFrom(leaf, fulcio.certificate), edits, (der, changes) => {
        if (assertSame(edited(der, changes))) compared++
      }),
      RUNS,
    )
    expect(compared).toBeGreaterThan(RUNS.numRuns / 2)
  })

  it('is verified against an issuer once', () => {
    const lean = leanCertificate(parsed(fulcio.certificate))
    const issuer = parsed(root.certificate)
    expect(lean.verify(issuer)).toBe(true)
    // Another object is another issuer, whatever it looks like
    expect(lean.verify(parsed(leafCertificate(pki, keys.publicKey)))).toBe(false)
    Object.defineProperty(issuer, 'publicKey', { value: Buffer.alloc(0) })
    expect(lean.verify(issuer)).toBe(true)
  })
})

function junk(size: number): Buffer {
  return extension(`1.2.3.${size}`, randomBytes(size))
}

function fieldsOf(extensions: readonly Buffer[], from = NOW) {
  const subject = sequence()
  const notAfter = new Date(from.getTime() + HOUR)
  return { serial: randomBytes(16), subject, publicKey: keys.publicKey, notBefore: from, notAfter, extensions }
}

/** Parts that the extensions of a certificate are drawn from, some of which no authority would write. */
const PARTS: readonly Buffer[] = [
  keyUsage('sign'),
  keyUsage('issue'),
  certificateAuthority(),
  extension(OID.basicConstraints, sequence(boolean(true), integer(0))),
  extension(OID.basicConstraints, sequence()),
  extendedKeyUsage(OID.codeSigning),
  extension(OID.subjectAltName, sequence(tlv(0x86, Buffer.from('https://example.com')))),
  extension(OID.subjectAltName, sequence()),
  extension(OID.subjectKeyId, octets(Buffer.alloc(20))),
  extension(OID.authorityKeyId, sequence()),
  extension('1.3.6.1.4.1.57264.1.8', Buffer.from('no DER')),
  extension(OID.sctList, octets(Buffer.of(0, 0))),
  sctExtension(leaf, fulcio.publicKey, ct, NOW),
  junk(3),
  junk(200),
  sequence(),
  tlv(0x05, Buffer.alloc(0)),
]

type Odd = { readonly parts: readonly Buffer[]; readonly sctAt: number | undefined; readonly late: number }

const odd: fc.Arbitrary<Odd> = fc.record({
  parts: fc.array(fc.constantFrom(...PARTS), { maxLength: 5 }),
  sctAt: fc.option(fc.nat(6), { nil: undefined, freq: 6 }),
  late: fc.constantFrom(0, 0, 0, -2, 2),
})

/** A certificate of odd parts, really signed and with a real SCT somewhere among its extensions. */
function oddLeaf({ parts, sctAt, late }: Odd, issuer: Issuer = fulcio): Buffer {
  const fields = fieldsOf(parts, new Date(NOW.getTime() + late * HOUR))
  if (sctAt === undefined) return certificate(fields, issuer)
  const sct = sctExtension(tbsCertificate(fields, issuer), issuer.publicKey, ct, NOW)
  return certificate({ ...fields, extensions: parts.toSpliced(sctAt, 0, sct) }, issuer)
}

/** What the library makes of a bundle with these certificates in the bundle and in the trusted root. */
function judged(leafDer: Buffer, chain: readonly Buffer[], lean: boolean): unknown {
  const json = rootOf(pki)
  const [authority] = json.certificateAuthorities
  if (authority) authority.certChain.certificates = chain.map((der) => ({ rawBytes: der.toString('base64') }))
  return outcome(() => {
    const bundle = structuredClone(signed)
    bundle.verificationMaterial.certificate = { rawBytes: leafDer.toString('base64') }
    const material = toTrustMaterial(TrustedRoot.fromJSON(json))
    const entity = toSignedEntity(bundleFromJSON(bundle))
    if (!lean) return new Verifier(material).verify(entity).identity
    if (entity.key.$case !== 'certificate') throw new Error('no certificate')
    const key = { ...entity.key, certificate: leanCertificate(entity.key.certificate) }
    return new Verifier(leanMaterial(material)).verify({ ...entity, key }).identity
  })
}

describe('the library with lean certificates', () => {
  const chain = [fulcio.certificate, root.certificate]

  it('judges odd certificates as without', () => {
    const outcomes = new Map<string, number>()
    fc.assert(
      fc.property(odd, (one) => {
        const der = oddLeaf(one)
        const alone = judged(der, chain, false)
        const key = typeof alone === 'string' ? alone : 'accepted'
        outcomes.set(key, (outcomes.get(key) ?? 0) + 1)
        expect(judged(der, chain, true)).toEqual(alone)
      }),
      RUNS,
    )
    if (process.env.ASSAY_MUTANTS) console.log(outcomes)
    expect(outcomes.get('accepted')).toBeGreaterThan(RUNS.numRuns / 10)
    expect(outcomes.size).toBeGreaterThan(3)
  })

  it('judges odd chains as without', () => {
    const middle = ecKeys()
    const shape = fc.record({
      leaf: odd,
      authority: fc.oneof(
        fc.constant([certificateAuthority(), keyUsage('issue')]),
        fc.array(fc.constantFrom(...PARTS), { maxLength: 4 }),
      ),
      order: fc.oneof(fc.constant<number[]>([0, 1, 2]), fc.shuffledSubarray<number>([0, 1, 2])),
      edits: fc.option(
        fc.record({ at: fc.nat(), remove: fc.constant(1), insert: fc.uint8Array({ minLength: 1, maxLength: 1 }) }),
        { freq: 3, nil: undefined },
      ),
    })
    const outcomes = new Map<string, number>()
    fc.assert(
      fc.property(shape, ({ leaf: one, authority, order, edits }) => {
        const name = sequence(integer(7))
        const fields = { ...fieldsOf(authority), subject: name, publicKey: middle.publicKey }
        const between = certificate(fields, fulcio)
        const certificates = [between, fulcio.certificate, root.certificate].map((der, index) =>
          edits && edits.at % 3 === index ? edited(der, [edits]) : der,
        )
        const trusted = order.map((index) => certificates[index] ?? between)
        const der = oddLeaf(one, { name, ...middle })
        const alone = judged(der, trusted, false)
        const key = typeof alone === 'string' ? alone : 'accepted'
        outcomes.set(key, (outcomes.get(key) ?? 0) + 1)
        expect(judged(der, trusted, true)).toEqual(alone)
      }),
      RUNS,
    )
    if (process.env.ASSAY_MUTANTS) console.log(outcomes)
    expect(outcomes.get('accepted')).toBeGreaterThan(RUNS.numRuns / 50)
    expect(outcomes.size).toBeGreaterThan(3)
  })
})
