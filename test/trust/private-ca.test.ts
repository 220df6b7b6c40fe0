import { describe, expect, it } from 'vitest'
import { digestOf } from '../../lambda/core/digest-of.ts'
import type { Demand } from '../../lambda/core/policy/policy.ts'
import { Misconfigured } from '../../lambda/errors.ts'
import type { Certified } from '../../local/sigstore/authority.ts'
import { certificateAuthority, extendedKeyUsage, extension, keyUsage } from '../../local/sigstore/certificate.ts'
import { boolean, integer, OID, sequence } from '../../local/sigstore/der.ts'
import {
  CERTIFICATE,
  legacyClaim,
  prove,
  signEnvelope,
  signMessage,
  simpleSigning,
  statement,
  withChain,
} from './bundles.ts'
import { pem } from './log-bodies.ts'
import { ecKeys, ISSUER, type LeafOptions, newPki, rootOf, stamped, WORKFLOW } from './pki.ts'
import { hours, newCa, pemOf, resigned, SHA1, trusting } from './private-ca.ts'

const pki = newPki()
const root = newCa('root')
const issuing = newCa('issuing', { issuer: root })
const stranger = newCa('root')
const SERVERS = '1.3.6.1.5.5.7.3.1'
const CA = [certificateAuthority(), keyUsage('issue')]

const signedBy = (issuer: Certified, leaf: LeafOptions = {}) =>
  signEnvelope(pki, statement(), { leaf: { issuer, sct: 'none', ...leaf } }).bundle
const chained = (issuer: Certified, ...brought: readonly Certified[]) =>
  withChain(signedBy(issuer), ...brought.map(({ certificate }) => certificate))
const untrusted = { ok: false, fault: 'certificate-untrusted' }

describe('a private certificate authority vouches for', () => {
  it('a certificate of its root', () => {
    expect(prove(pki, signedBy(root), trusting(root))).toMatchObject({
      ok: true,
      signer: { kind: 'certificate', subject: WORKFLOW, issuer: ISSUER },
    })
  })

  it('a certificate that names nobody who knows the identity, and then has no issuer', () => {
    const proof = prove(pki, signedBy(root, { claims: [] }), trusting(root))
    expect(proof).toMatchObject({ ok: true, signer: { subject: WORKFLOW, issuer: '' } })
    const broken = [extension('1.3.6.1.4.1.57264.1.8', Buffer.from(ISSUER))]
    expect(prove(pki, signedBy(root, { claims: broken }), trusting(root))).toMatchObject(untrusted)
  })

  it.each([
    ['in the policy', signedBy(issuing), trusting(root, issuing)],
    ['in the policy, before the root', signedBy(issuing), trusting(issuing, root)],
    ['in the bundle', chained(issuing, issuing), trusting(root)],
    ['in the bundle, with the root', chained(issuing, issuing, root), trusting(root)],
    ['in the bundle, in the wrong order', chained(issuing, root, issuing), trusting(root)],
    ['in the bundle, among others', chained(issuing, stranger, issuing, stranger), trusting(root)],
    ['trusted alone', signedBy(issuing), trusting(issuing)],
    ['trusted alone, last of several', signedBy(issuing), trusting(newCa('other', { issuer: root }), issuing)],
  ])('a certificate of an intermediate %s', (_, bundle, demand) => {
    expect(prove(pki, bundle, demand)).toMatchObject({ ok: true })
  })

  it('a certificate, and tells of every other that this rests on, and of none else', () => {
    const proof = prove(pki, chained(issuing, stranger, issuing), trusting(root))
    const [issuer, anchor] = [issuing, root].map(({ certificate }) => ({ certificate: digestOf(certificate) }))
    expect(proof).toMatchObject({ path: [{}, issuer, anchor] })
  })

  it('legacy signatures and attestations, whose annotation brings the intermediate', () => {
    const leaf = { issuer: issuing, sct: 'none' } as const
    const payload = simpleSigning()
    const signature = signMessage(pki, payload, { leaf, inclusion: { proof: false } })
    const attestation = signEnvelope(pki, statement(), { leaf, inclusion: { proof: false } })
    for (const claim of [
      legacyClaim(signature, payload, [issuing.certificate, root.certificate]),
      legacyClaim(attestation, undefined, [issuing.certificate]),
    ]) {
      expect(prove(pki, claim, trusting(root))).toMatchObject({ ok: true })
      expect(prove(pki, claim, trusting(stranger))).toMatchObject(untrusted)
    }
    expect(prove(pki, legacyClaim(signature, payload), trusting(root))).toMatchObject(untrusted)
  })

  it('a certificate at the end of seven intermediates, and no longer chain is read', () => {
    const line = [root]
    for (let level = 1; level <= 8; level++) line.push(newCa(`level ${level}`, { issuer: line.at(-1)! }))
    expect(prove(pki, chained(line[7]!, ...line.slice(1, 8)), trusting(root))).toMatchObject({ ok: true })
    expect(prove(pki, chained(line[8]!, ...line.slice(1, 9)), trusting(root))).toEqual({
      ok: false,
      fault: 'over-limit',
      detail: '9 certificates in a chain; at most 8 are read',
    })
  })
})

describe('the certificate authority of a trusted root', () => {
  const fulcio = pki.authority.fulcio.certificate
  const rootWith = (...certificates: readonly Buffer[]) => {
    const json = rootOf(pki)
    json.certificateAuthorities[0]!.certChain.certificates = certificates.map((der) => ({
      rawBytes: der.toString('base64'),
    }))
    return json
  }
  const { bundle } = signEnvelope(pki)

  it('may hold only the root, where the bundle brings the intermediate', () => {
    const rooted = rootWith(pki.authority.root.certificate)
    expect(prove(pki, withChain(bundle, fulcio), CERTIFICATE, { root: rooted })).toMatchObject({ ok: true })
    expect(prove(pki, bundle, CERTIFICATE, { root: rooted })).toMatchObject(untrusted)
  })

  it('may hold only the intermediate, and then trusts it alone', () => {
    expect(prove(pki, bundle, CERTIFICATE, { root: rootWith(fulcio) })).toMatchObject({ ok: true })
  })

  it('is replaced by the private one of a policy', () => {
    expect(prove(pki, bundle, trusting(root))).toMatchObject(untrusted)
    expect(prove(pki, signedBy(root), CERTIFICATE)).toMatchObject(untrusted)
  })

  it('still says which certificate logs count, where the policy asks for one', () => {
    const demand: Demand = { ...CERTIFICATE, signer: { kind: 'certificate', sct: true, ca: pemOf(root) } }
    expect(prove(pki, signedBy(root), demand)).toMatchObject(untrusted)
    expect(prove(pki, signedBy(root, { sct: 'good' }), demand)).toMatchObject({ ok: true })
  })
})

describe('refused: a certificate', () => {
  const below = (options: Parameters<typeof newCa>[1]) => newCa('odd', { issuer: root, ...options })

  it.each<[string, Certified]>([
    ['expired-intermediate-at-signing-time', below({ from: hours(-48), to: hours(-1) })],
    ['of an intermediate not yet valid when it signed', below({ from: hours(1) })],
    ['of an intermediate that is no authority', below({ extensions: [keyUsage('issue')] })],
    ['of an intermediate with CA false', below({ extensions: [extension(OID.basicConstraints, sequence(), true)] })],
    ['of an intermediate that may not issue', below({ extensions: [certificateAuthority(), keyUsage('sign')] })],
    ['of an intermediate for servers', below({ extensions: [...CA, extendedKeyUsage(SERVERS)] })],
    ['of an intermediate that another root issued', below({ issuer: stranger })],
    ['of an unrelated authority', stranger],
    ['of one that only says who issued it', { ...newCa('issuing'), certificate: issuing.certificate }],
  ])('%s', (_, odd) => {
    expect(prove(pki, chained(odd, odd), trusting(root))).toMatchObject(untrusted)
  })

  it('expired-intermediate-at-signing-time, though the policy itself brings it', () => {
    const expired = below({ from: hours(-48), to: hours(-1) })
    expect(prove(pki, signedBy(expired), trusting(expired, root))).toMatchObject(untrusted)
    expect(prove(pki, signedBy(expired), trusting(expired))).toMatchObject(untrusted)
    const valid = below({ from: hours(-48), to: hours(1) })
    expect(prove(pki, signedBy(valid), trusting(valid, root))).toMatchObject({ ok: true })
  })

  it('that names the authority and its key as the issuer, and is signed by another key', () => {
    const forger = { ...root, privateKey: ecKeys().privateKey }
    expect(prove(pki, signedBy(forger), trusting(root))).toMatchObject(untrusted)
    const forged = newCa('forged', { issuer: forger })
    expect(prove(pki, chained(forged, forged), trusting(root))).toMatchObject(untrusted)
  })

  it('that is signed by the authority, and names another one as the issuer', () => {
    expect(prove(pki, signedBy({ ...root, name: stranger.name }), trusting(root))).toMatchObject({ ok: true })
    expect(prove(pki, signedBy({ ...root, name: issuing.name }), trusting(root))).toMatchObject(untrusted)
  })

  it('of an intermediate that is valid, in a policy whose root had expired', () => {
    const expired = newCa('expired', { from: hours(-48), to: hours(-1) })
    const valid = newCa('valid', { issuer: expired })
    expect(prove(pki, signedBy(valid), trusting(valid, expired))).toMatchObject(untrusted)
    expect(prove(pki, signedBy(valid), trusting(valid))).toMatchObject({ ok: true })
  })

  it('of a root that had expired when it signed', () => {
    const expired = newCa('expired', { from: hours(-48), to: hours(-1) })
    expect(prove(pki, signedBy(expired), trusting(expired))).toMatchObject(untrusted)
  })

  it.each([
    [0, 0, true],
    [0, 1, false],
    [1, 1, true],
    [1, 2, false],
  ])('of a root with path length %i that has %i authorities below it (accepted: %s)', (length, count, ok) => {
    const constraints = extension(OID.basicConstraints, sequence(boolean(true), integer(length)), true)
    const line = [newCa('short', { extensions: [constraints, keyUsage('issue')] })]
    for (let level = 1; level <= count; level++) line.push(newCa(`level ${level}`, { issuer: line.at(-1)! }))
    expect(prove(pki, chained(line.at(-1)!, ...line.slice(1)), trusting(line[0]!)).ok).toBe(ok)
  })

  it.each([
    ['a server', [extendedKeyUsage(SERVERS)]],
    ['no stated purpose', []],
  ])('for %s', (_, usage) => {
    expect(prove(pki, signedBy(root, { usage }), trusting(root))).toMatchObject(untrusted)
  })

  it('of an authority that only the bundle brings, be it self-signed and of the same name', () => {
    const bundle = withChain(signedBy(stranger), stranger.certificate, root.certificate)
    expect(prove(pki, bundle, trusting(root))).toMatchObject(untrusted)
    expect(prove(pki, bundle, trusting(stranger))).toMatchObject({ ok: true })
  })

  it('below authorities that all vouch for each other and lead nowhere', () => {
    const keys = ecKeys()
    const ring = Array.from({ length: 7 }, () => newCa('ring', { keys }))
    expect(prove(pki, chained(ring[0]!, ...ring), trusting(root))).toMatchObject(untrusted)
    const way = newCa('ring', { keys, issuer: root })
    expect(prove(pki, chained(ring[0]!, ...ring.slice(1), way), trusting(root))).toMatchObject({ ok: true })
  })

  it('of a signer that is itself an authority', () => {
    const claims = [certificateAuthority()]
    expect(prove(pki, signedBy(root, { claims }), trusting(root))).toMatchObject(untrusted)
  })

  it('with an extension twice', () => {
    const claims = [extension('1.2.3.4', Buffer.of(5, 0)), extension('1.2.3.4', Buffer.of(5, 0))]
    expect(prove(pki, signedBy(root, { claims }), trusting(root))).toMatchObject(untrusted)
    expect(prove(pki, signedBy(root, { claims: claims.slice(1) }), trusting(root))).toMatchObject({ ok: true })
  })

  it('of a signer with a critical extension that is not judged', () => {
    const claims = [extension('1.2.3.4', Buffer.of(5, 0), true)]
    expect(prove(pki, signedBy(root, { claims }), trusting(root))).toMatchObject({ ok: false, fault: 'unsupported' })
  })

  it('with a critical extension that is not judged, such as name constraints', () => {
    const constrained = newCa('constrained', { extensions: [...CA, extension('2.5.29.30', sequence(), true)] })
    expect(prove(pki, signedBy(constrained), trusting(constrained))).toEqual({
      ok: false,
      fault: 'unsupported',
      detail: 'critical extension 2.5.29.30 of a certificate',
    })
    const plain = newCa('plain', { extensions: [...CA, extension('2.5.29.30', sequence())] })
    expect(prove(pki, signedBy(plain), trusting(plain))).toMatchObject({ ok: true })
  })

  it('signed with SHA-1, or below an intermediate that is; how a root signed itself counts for nothing', () => {
    const detail = 'a certificate is signed with ecdsa-with-SHA1'
    const leaf = signedBy(root)
    const { certificate } = leaf.verificationMaterial
    certificate!.rawBytes = resigned(Buffer.from(certificate!.rawBytes, 'base64'), root, { hash: SHA1 }).toString(
      'base64',
    )
    leaf.verificationMaterial.tlogEntries = []
    const stamp = stamped(pki, Buffer.from(leaf.dsseEnvelope!.signatures[0]!.sig, 'base64'))
    leaf.verificationMaterial.timestampVerificationData.rfc3161Timestamps = [{ signedTimestamp: stamp }]
    expect(prove(pki, leaf, { ...trusting(root), log: 0, timestamp: 1 })).toMatchObject({ ...untrusted, detail })
    const weak = { ...issuing, certificate: resigned(issuing.certificate, root, { hash: SHA1 }) }
    expect(prove(pki, chained(issuing, weak), trusting(root))).toMatchObject({ ...untrusted, detail })
    const old = { ...root, certificate: resigned(root.certificate, root, { hash: SHA1 }) }
    expect(prove(pki, chained(issuing, issuing), trusting(old))).toMatchObject({ ok: true })
  })

  it('in PEM, or with bytes after it', () => {
    const bundle = signedBy(root)
    const der = Buffer.from(bundle.verificationMaterial.certificate!.rawBytes, 'base64')
    for (const bytes of [Buffer.from(pem({ kind: 'certificate', der })), Buffer.concat([der, Buffer.of(0)])]) {
      bundle.verificationMaterial.certificate = { rawBytes: bytes.toString('base64') }
      expect(prove(pki, bundle, trusting(root))).toMatchObject({ ok: false, fault: 'malformed' })
    }
  })
})

describe('a policy cannot be judged', () => {
  it.each([
    ['is empty', ''],
    ['is no PEM', 'nonsense'],
    ['is broken', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'],
    ['is no authority', pemOf(newCa('leaf', { extensions: [keyUsage('sign')] }))],
  ])('whose certificate authority %s', (_, ca) => {
    const demand: Demand = { ...CERTIFICATE, signer: { kind: 'certificate', sct: false, ca } }
    expect(() => prove(pki, signedBy(root), demand)).toThrow(Misconfigured)
  })

  it('whose private authority has no root to say which logs count', () => {
    expect(() => prove(pki, signedBy(root), { ...trusting(root), root: 'nowhere' })).toThrow(Misconfigured)
  })
})

/** What `certificate` makes under SHA-256, signed as authorities did before. */
