import { describe, expect, it } from 'vitest'
import {
  type BundleJson,
  CERTIFICATE,
  entryOf,
  keyDemand,
  prove,
  type SignOptions,
  signEnvelope,
  statement,
} from './bundles.ts'
import { envelopeBody, type Kind } from './log-bodies.ts'
import { NOW, newPki, rootOf, stamped } from './pki.ts'
import { timestampAuthority } from './tsa.ts'

const pki = newPki()
const stranger = newPki()
const later = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000)

/** A bundle with one log entry for each kind; Rekor v1 keeps those of 0.0.1 and intoto, Rekor v2 the others. */
function loggedAs(kinds: readonly Kind[], options: SignOptions = {}) {
  const made = signEnvelope(pki, statement(), { ...options, log: 'none' })
  const payload = Buffer.from(made.bundle.dsseEnvelope!.payload, 'base64')
  const entries = kinds.map((kind, index) =>
    entryOf(pki, envelopeBody(kind, { ...made.logged, payload }), { at: later(index) }),
  )
  made.bundle.verificationMaterial.tlogEntries = JSON.parse(JSON.stringify(entries))
  return made
}

describe('two-of-two-logs-from-one', () => {
  const asked = { ...CERTIFICATE, log: 2 }

  it.each<[string, Kind[]]>([
    ['one entry', ['dsse/0.0.1']],
    ['two entries of one log', ['dsse/0.0.1', 'hashedrekord/0.0.1']],
    ['three entries of one log', ['dsse/0.0.1', 'hashedrekord/0.0.1', 'intoto/0.0.2']],
    ['two entries of one log, one of them intoto 0.0.1', ['dsse/0.0.1', 'intoto/0.0.1']],
    ['two entries of one Rekor v2', ['dsse/0.0.2', 'hashedrekord/0.0.2']],
  ])('%s: refused where two logs are asked for, and enough for one', (_, kinds) => {
    const { bundle } = loggedAs(kinds, { stamp: NOW })
    expect(prove(pki, bundle, asked)).toEqual({
      ok: false,
      fault: 'log-missing',
      detail: 'entries of 1 logs; 2 are asked for',
    })
    expect(prove(pki, bundle)).toMatchObject({ ok: true })
  })

  it.each<[string, Kind[]]>([
    ['Rekor v1 and v2', ['dsse/0.0.1', 'hashedrekord/0.0.2']],
    ['Rekor v2 and v1', ['dsse/0.0.2', 'intoto/0.0.1']],
    ['two of one and one of the other', ['dsse/0.0.1', 'hashedrekord/0.0.1', 'dsse/0.0.2']],
  ])('%s: two logs', (_, kinds) => {
    expect(prove(pki, loggedAs(kinds, { stamp: NOW }).bundle, asked)).toMatchObject({ ok: true })
    const { bundle, keys } = loggedAs(kinds, { by: 'key' })
    expect(prove(pki, bundle, keyDemand(keys.publicKey, { log: 2 }))).toMatchObject({ ok: true })
    expect(prove(pki, bundle, keyDemand(keys.publicKey, { log: 3 }))).toMatchObject({ fault: 'log-missing' })
  })

  it('a log that the root does not know is no second one', () => {
    const { bundle } = loggedAs(['dsse/0.0.1'])
    const made = signEnvelope(stranger, statement())
    bundle.verificationMaterial.tlogEntries.push(...made.bundle.verificationMaterial.tlogEntries)
    expect(prove(pki, bundle, asked)).toMatchObject({ ok: false, fault: 'log-mismatch' })
    const { bundle: own } = loggedAs(['dsse/0.0.1', 'dsse/0.0.2'], { stamp: NOW })
    own.verificationMaterial.tlogEntries[1]!.logId.keyId = Buffer.alloc(32).toString('base64')
    expect(prove(pki, own, asked)).toMatchObject({ ok: false, fault: 'log-invalid' })
  })
})

describe('second-entry-is-the-match', () => {
  it.each<[string, Kind, Kind]>([
    ['of one log', 'dsse/0.0.1', 'hashedrekord/0.0.1'],
    ['of two logs', 'dsse/0.0.2', 'dsse/0.0.1'],
    ['intoto 0.0.1 first', 'intoto/0.0.1', 'dsse/0.0.1'],
    ['intoto 0.0.1 second', 'dsse/0.0.1', 'intoto/0.0.1'],
  ])('a foreign entry before or after the right one, %s: all must bind', (_, first, second) => {
    const { bundle } = loggedAs([first, second], { stamp: NOW })
    expect(prove(pki, bundle)).toMatchObject({ ok: true })
    const foreign = loggedAs([first, second]).bundle.verificationMaterial.tlogEntries
    const own = bundle.verificationMaterial.tlogEntries
    for (const entries of [
      [foreign[0]!, own[1]!],
      [own[0]!, foreign[1]!],
    ]) {
      bundle.verificationMaterial.tlogEntries = entries
      expect(prove(pki, bundle)).toMatchObject({ ok: false, fault: 'log-mismatch' })
    }
  })
})

describe('two-of-two-authorities-from-one', () => {
  const second = timestampAuthority(pki, 'second')
  const renewed = timestampAuthority(pki, 'second')
  const root = rootOf(pki)
  root.timestampAuthorities.push(second.json, renewed.json)
  const asked = { ...CERTIFICATE, timestamp: 2 }
  const withStamps = (bundle: BundleJson, ...makers: readonly ((signature: Buffer, at: Date) => string)[]) => {
    const signature = Buffer.from(bundle.dsseEnvelope!.signatures[0]!.sig, 'base64')
    const rfc3161Timestamps = makers.map((make, index) => ({ signedTimestamp: make(signature, later(index)) }))
    bundle.verificationMaterial.timestampVerificationData = { rfc3161Timestamps }
    return bundle
  }
  const first = (signature: Buffer, at: Date) => stamped(pki, signature, at)
  const few = { ok: false, fault: 'timestamp-missing', detail: 'stamped by 1 authorities; 2 are asked for' }

  it.each([
    ['one token', [first]],
    ['two tokens of one authority', [first, first]],
    ['two tokens of one authority that changed its key', [second.stamp, renewed.stamp]],
  ])('%s: refused where two are asked for, and enough for one', (_, makers) => {
    const bundle = withStamps(signEnvelope(pki).bundle, ...makers)
    expect(prove(pki, bundle, asked, { root })).toEqual(few)
    expect(prove(pki, bundle, { ...CERTIFICATE, timestamp: 1 }, { root })).toMatchObject({ ok: true })
  })

  it.each([
    ['two authorities', [first, second.stamp]],
    ['two authorities, in the other order, one of them twice', [renewed.stamp, second.stamp, first]],
  ])('%s: two', (_, makers) => {
    expect(prove(pki, withStamps(signEnvelope(pki).bundle, ...makers), asked, { root })).toMatchObject({ ok: true })
    const { bundle, keys } = signEnvelope(pki, statement(), { by: 'key', log: 'none' })
    const demand = keyDemand(keys.publicKey, { timestamp: 2 })
    expect(prove(pki, withStamps(bundle, ...makers), demand, { root })).toMatchObject({ ok: true })
  })

  it('an authority that the root does not know is no second one', () => {
    const bundle = withStamps(signEnvelope(pki).bundle, first, second.stamp)
    expect(prove(pki, bundle, asked)).toMatchObject({ ok: false, fault: 'timestamp-invalid' })
  })
})
