import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  certificate,
  certificateAuthority,
  extendedKeyUsage,
  extension,
  keyUsage,
} from '../../local/sigstore/certificate.ts'
import { OID, octets, sequence, tlv, utf8 } from '../../local/sigstore/der.ts'
import { CERTIFICATE, prove, signEnvelope, statement } from './bundles.ts'
import { ecKeys, ISSUER, type LeafOptions, NOW, newPki, rootOf, WORKFLOW } from './pki.ts'

const pki = newPki()
const FULCIO = '1.3.6.1.4.1.57264.1'
const raw = (arc: number, text: string) => extension(`${FULCIO}.${arc}`, Buffer.from(text))
const der = (arc: number, text: string) => extension(`${FULCIO}.${arc}`, utf8(text))
const named = (...names: Buffer[]) => extension(OID.subjectAltName, sequence(...names), true)
const uri = (text: string) => tlv(0x86, Buffer.from(text, 'latin1'))
const email = (text: string) => tlv(0x81, Buffer.from(text, 'latin1'))
const hours = (count: number) => new Date(NOW.getTime() + count * 3_600_000)

function judge(leaf: LeafOptions, demand = CERTIFICATE) {
  return prove(pki, signEnvelope(pki, statement(), { leaf }).bundle, demand)
}

describe('the issuer of an identity', () => {
  it('issuer-v1-v2-disagree: is that of extension .8', () => {
    const claims = [raw(1, 'https://accounts.example.com'), der(8, ISSUER)]
    expect(judge({ claims })).toMatchObject({ ok: true, signer: { issuer: ISSUER } })
  })

  it('is that of extension .1 where there is no .8', () => {
    expect(judge({ claims: [raw(1, ISSUER)] })).toMatchObject({ ok: true, signer: { issuer: ISSUER } })
  })

  it.each([
    ['neither is there', []],
    ['.8 is not DER, though .1 is fine', [raw(1, ISSUER), raw(8, ISSUER)]],
    [
      '.8 is DER of another type, though .1 is fine',
      [raw(1, ISSUER), extension(`${FULCIO}.8`, octets(Buffer.from(ISSUER)))],
    ],
    ['.8 is not UTF-8', [extension(`${FULCIO}.8`, tlv(0x0c, Buffer.of(0x68, 0xff)))]],
    ['.8 holds a line break', [der(8, `${ISSUER}\n`)]],
    ['.8 is empty', [der(8, '')]],
    ['.1 holds a byte that is not text', [raw(1, `${ISSUER}\0`)]],
  ])('is nobody where %s', (_, claims) => {
    expect(judge({ claims })).toMatchObject({ ok: false, fault: 'certificate-untrusted' })
  })
})

describe('the subject of an identity', () => {
  it.each([
    ['the first URI', named(uri(WORKFLOW), uri('https://other')), WORKFLOW],
    ['a URI before an e-mail address', named(email('a@example.com'), uri(WORKFLOW)), WORKFLOW],
    ['an e-mail address', named(email('a@example.com')), 'a@example.com'],
  ])('is %s', (_, name, subject) => {
    expect(judge({ name })).toMatchObject({ ok: true, signer: { subject } })
  })

  it.each([
    ['a byte whose high bit the library would mask', named(uri(WORKFLOW.replace('a', '\xe1')))],
    ['a zero byte', named(uri(`${WORKFLOW}\0.evil`))],
    ['a line break', named(email('a@example.com\n'))],
    ['no text at all', named(uri(''))],
    ['a DNS name only', named(tlv(0x82, Buffer.from('example.com')))],
  ])('is nobody where it has %s', (_, name) => {
    expect(judge({ name })).toMatchObject({ ok: false, fault: 'certificate-untrusted' })
  })
})

const CLAIMS = {
  buildSignerURI: 9,
  buildSignerDigest: 10,
  runnerEnvironment: 11,
  sourceRepositoryURI: 12,
  sourceRepositoryDigest: 13,
  sourceRepositoryRef: 14,
  sourceRepositoryIdentifier: 15,
  sourceRepositoryOwnerURI: 16,
  sourceRepositoryOwnerIdentifier: 17,
  buildConfigURI: 18,
  buildConfigDigest: 19,
  buildTrigger: 20,
  runInvocationURI: 21,
  sourceRepositoryVisibilityAtSigning: 22,
  deploymentEnvironment: 23,
}

it('reads every claim of the certificate by name, from its own extension', () => {
  const claims = Object.entries(CLAIMS).map(([name, arc]) => der(arc, `the ${name}`))
  const proof = judge({ claims: [der(8, ISSUER), ...claims] })
  const expected = Object.fromEntries(Object.keys(CLAIMS).map((name) => [name, `the ${name}`]))
  expect(proof.ok && proof.signer.kind === 'certificate' && proof.signer.claims).toEqual(expected)
})

it('makes no claim of what is not there', () => {
  const proof = judge({ claims: [der(8, ISSUER), der(11, 'github-hosted')] })
  expect(proof.ok && proof.signer.kind === 'certificate' && Object.keys(proof.signer.claims)).toEqual([
    'runnerEnvironment',
  ])
})

it('reads the claims of the certificate by name, and drops what is not text', () => {
  const claims = [der(8, ISSUER), der(12, 'https://github.com/acme/app'), raw(14, 'raw'), raw(6, 'refs/heads/main')]
  const expected = { sourceRepositoryURI: 'https://github.com/acme/app', githubWorkflowRef: 'refs/heads/main' }
  const proof = judge({ claims })
  expect(proof.ok && proof.signer.kind === 'certificate' && proof.signer.claims).toEqual(expected)
})

describe('a certificate', () => {
  it.each([
    ['a server', [extendedKeyUsage('1.3.6.1.5.5.7.3.1')]],
    ['no stated purpose', []],
  ])('for %s does not sign images', (_, usage) => {
    expect(judge({ usage })).toMatchObject({ ok: false, fault: 'certificate-untrusted' })
  })

  it.each([
    ['expired when logged', { inclusion: { at: hours(1) } }],
    ['not yet valid when logged', { inclusion: { at: hours(-1) } }],
    ['expired when stamped', { stamp: hours(1) }],
    ['logged in time and expired when stamped', { stamp: hours(1), inclusion: { at: NOW } }],
  ])('%s is refused', (_, options) => {
    const { bundle } = signEnvelope(pki, statement(), options)
    expect(prove(pki, bundle)).toMatchObject({ ok: false, fault: 'certificate-untrusted' })
  })

  it('signed by itself is refused', () => {
    const keys = ecKeys()
    const leaf = { issuer: { ...keys, name: sequence() } }
    const { bundle } = signEnvelope(pki, statement(), { keys, leaf })
    expect(prove(pki, bundle)).toMatchObject({ ok: false, fault: 'certificate-untrusted' })
  })

  it('under an authority that had expired is refused, though certificate and root were valid', () => {
    const keys = ecKeys()
    const name = sequence(tlv(0x31, sequence(tlv(0x06, Buffer.of(0x55, 4, 3)), utf8('expired'))))
    const fields = {
      serial: randomBytes(16),
      subject: name,
      publicKey: keys.publicKey,
      notBefore: hours(-48),
      notAfter: hours(-24),
      extensions: [certificateAuthority(), keyUsage('issue')],
    }
    const expired = certificate(fields, pki.authority.root)
    const { bundle } = signEnvelope(pki, statement(), { leaf: { issuer: { ...keys, name } } })
    const root = rootOf(pki)
    const [authority] = root.certificateAuthorities
    authority!.certChain.certificates[0] = { rawBytes: expired.toString('base64') }
    expect(prove(pki, bundle, CERTIFICATE, { root })).toMatchObject({ ok: false, fault: 'certificate-untrusted' })
    const valid = certificate({ ...fields, notAfter: hours(24) }, pki.authority.root)
    authority!.certChain.certificates[0] = { rawBytes: valid.toString('base64') }
    expect(prove(pki, bundle, CERTIFICATE, { root })).toMatchObject({ ok: true })
  })

  it.each([
    ['from before its authority was trusted', { start: hours(1).toISOString() }, false],
    ['from the very moment from which its authority was trusted', { start: NOW.toISOString() }, true],
    [
      'of the very moment until which its authority was trusted',
      { start: hours(-1).toISOString(), end: NOW.toISOString() },
      true,
    ],
    ['from after its authority was trusted', { start: hours(-2).toISOString(), end: hours(-1).toISOString() }, false],
  ])('%s', (_, validFor, ok) => {
    const root = rootOf(pki)
    root.certificateAuthorities[0]!.validFor = validFor
    const proof = prove(pki, signEnvelope(pki).bundle, CERTIFICATE, { root })
    expect(proof).toMatchObject(ok ? { ok } : { ok, fault: 'certificate-untrusted' })
  })

  it.each([
    [0, true],
    [10, true],
    [10 + 1 / 60, false],
  ])('stamped %d minutes after it began, where it lasts for ten', (minutes, ok) => {
    const { bundle } = signEnvelope(pki, statement(), {
      log: 'none',
      stamp: new Date(NOW.getTime() + minutes * 60_000),
    })
    expect(prove(pki, bundle, { ...CERTIFICATE, log: 0, timestamp: 1 })).toMatchObject({ ok })
  })

  it.each([
    ['a purpose', { usage: [extension('2.5.29.37', Buffer.alloc(0))] }],
    ['a name', { name: extension(OID.subjectAltName, Buffer.alloc(0)) }],
    ['names', { name: extension(OID.subjectAltName, sequence()) }],
  ])('whose extension for %s is empty is refused', (_, leaf) => {
    expect(judge(leaf)).toMatchObject({ ok: false })
  })

  it('may state its purpose and policies as critical', () => {
    const usage = [extendedKeyUsage('1.3.6.1.5.5.7.3.3', true)]
    const claims = [der(8, ISSUER), extension('2.5.29.32', sequence(sequence(tlv(0x06, Buffer.of(0x2a, 3)))), true)]
    expect(judge({ usage, claims })).toMatchObject({ ok: true })
  })

  it('without an extension for names is refused, for having none', () => {
    const proof = judge({ name: extension('1.2.3.4', Buffer.of(5, 0)) })
    expect(proof).toMatchObject({
      ok: false,
      fault: 'certificate-untrusted',
      detail: expect.stringContaining('names no URI'),
    })
  })
})

describe('the certificate timestamp (SCT)', () => {
  const trusting = { ...CERTIFICATE, signer: { kind: 'certificate' as const, sct: false } }

  it.each(['none', 'foreign'] as const)('is asked for: %s is refused', (sct) => {
    expect(judge({ sct })).toMatchObject({ ok: false, fault: 'certificate-untrusted' })
  })

  it.each(['none', 'foreign', 'good'] as const)('is not looked at where the policy says so: %s', (sct) => {
    expect(judge({ sct }, trusting)).toMatchObject({ ok: true })
  })

  it('is no substitute for the chain', () => {
    const { bundle } = signEnvelope(newPki())
    expect(prove(pki, bundle, trusting)).toMatchObject({ ok: false, fault: 'certificate-untrusted' })
  })
})
