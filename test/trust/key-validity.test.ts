import { describe, expect, it } from 'vitest'
import type { Demand, Validity } from '../../lambda/core/policy/policy.ts'
import { Misconfigured, Unavailable } from '../../lambda/errors.ts'
import { type BundleJson, keyDemand, prove, type SignOptions, signEnvelope, statement } from './bundles.ts'
import { ecKeys, NOW, newPki, rootOf } from './pki.ts'
import { hours } from './private-ca.ts'

const pki = newPki()
const stranger = newPki()
const outside = { ok: false, fault: 'key-outside-validity' }
const at = (time: Date): SignOptions => ({ inclusion: { at: time } })

/** Signed by a key, and judged where that key may be used within the window only. */
function judge(validity: Validity, options: SignOptions, now: Date, more: Partial<Demand> = {}, root?: unknown) {
  const { bundle, keys } = signEnvelope(pki, statement(), { by: 'key', ...options })
  return proved(bundle, keys.publicKey, validity, now, more, root)
}

function proved(
  bundle: BundleJson,
  key: Parameters<typeof keyDemand>[0],
  validity: Validity,
  now: Date,
  more: Partial<Demand> = {},
  root: unknown = rootOf(pki),
) {
  const demand = keyDemand(key, more)
  if (demand.signer.kind !== 'key') throw new Error('a key is asked for')
  return prove(pki, bundle, { ...demand, signer: { ...demand.signer, validity } }, { now, root })
}

describe('key-outside-validity', () => {
  const start = hours(-1).toISOString()
  const end = hours(1).toISOString()
  const BOTH = { start, end }

  describe.each([
    ['a log promise, asked for', at, { log: 1 }],
    ['a log promise, not asked for', at, {}],
    ['a timestamp, asked for', (stamp: Date): SignOptions => ({ log: 'none', stamp }), { timestamp: 1 }],
    ['a timestamp, not asked for', (stamp: Date): SignOptions => ({ log: 'none', stamp }), {}],
  ] as const)('by the time of %s,', (_, options, more) => {
    it.each<[string, Validity, Date, boolean]>([
      ['before the window', BOTH, hours(-2), false],
      ['after the window', BOTH, hours(2), false],
      ['in the window', BOTH, NOW, true],
      ['at its very beginning', BOTH, hours(-1), true],
      ['at its very end', BOTH, hours(1), true],
      ['before the beginning of a window without end', { start }, hours(-2), false],
      ['long after the beginning of a window without end', { start }, hours(2), true],
      ['after the end of a window without beginning', { end }, hours(2), false],
      ['long before the end of a window without beginning', { end }, hours(-2), true],
      ['in a window open on both sides', {}, NOW, true],
    ])('%s', (_case, validity, time, ok) => {
      for (const now of [hours(-9), NOW, hours(9)]) {
        expect(judge(validity, options(time), now, more)).toMatchObject(ok ? { ok } : outside)
      }
    })
  })

  it.each<[string, Validity, Date, boolean]>([
    ['before the window', BOTH, hours(-2), false],
    ['after the window', BOTH, hours(2), false],
    ['in the window', BOTH, NOW, true],
    ['at its very end', BOTH, hours(1), true],
  ])('without a trusted time, by the moment of judging: %s', (_, validity, now, ok) => {
    expect(judge(validity, { log: 'none' }, now)).toMatchObject(ok ? { ok } : outside)
    // A proof of Rekor v2 brings no time
    expect(judge(validity, { log: 'dsse/0.0.2' }, now, { log: 1 })).toMatchObject(ok ? { ok } : outside)
    expect(judge(validity, { log: 'dsse/0.0.2' }, now)).toMatchObject(ok ? { ok } : outside)
  })

  it('without a trusted time, for as long as the window is open', () => {
    const until = new Date(hours(1).getTime() + 1).toISOString()
    expect(judge(BOTH, { log: 'none' }, NOW)).toMatchObject({ until })
    expect(judge({ start: BOTH.start! }, { log: 'none' }, NOW)).not.toHaveProperty('until')
    expect(judge(BOTH, at(NOW), NOW)).not.toHaveProperty('until')
    const never = judge({ end: '9999-12-31T23:59:59.999Z' }, { log: 'none' }, NOW)
    expect(never).toMatchObject({ ok: true })
    expect(never).not.toHaveProperty('until')
  })

  it('every trusted time must lie in the window', () => {
    expect(judge(BOTH, { ...at(NOW), stamp: hours(2) }, NOW)).toMatchObject(outside)
    expect(judge(BOTH, { ...at(hours(2)), stamp: NOW }, NOW)).toMatchObject(outside)
    expect(judge(BOTH, { ...at(NOW), stamp: NOW }, hours(9))).toMatchObject({ ok: true })
  })

  it('times that nobody of the root vouches for do not count, for or against', () => {
    const foreign = signEnvelope(stranger, statement(), { by: 'key', stamp: NOW }).bundle.verificationMaterial
    const { bundle, keys } = signEnvelope(pki, statement(), { by: 'key', log: 'none' })
    bundle.verificationMaterial = { ...bundle.verificationMaterial, ...foreign }
    expect(proved(bundle, keys.publicKey, BOTH, NOW)).toMatchObject({ ok: true })
    expect(proved(bundle, keys.publicKey, BOTH, hours(2))).toMatchObject(outside)
    const rfc3161Timestamps = [{ signedTimestamp: Buffer.from('junk').toString('base64') }]
    bundle.verificationMaterial.timestampVerificationData = { rfc3161Timestamps }
    expect(proved(bundle, keys.publicKey, BOTH, NOW)).toMatchObject({ ok: true })
    expect(proved(bundle, keys.publicKey, BOTH, hours(2))).toMatchObject(outside)
  })

  it('an entry that brings no time is not looked at where none is asked for', () => {
    const { bundle, keys } = signEnvelope(pki, statement(), { by: 'key', log: 'dsse/0.0.2' })
    bundle.verificationMaterial.tlogEntries[0]!.inclusionProof!.hashes = [Buffer.alloc(32).toString('base64')]
    expect(proved(bundle, keys.publicKey, BOTH, NOW)).toMatchObject({ ok: true })
    expect(proved(bundle, keys.publicKey, BOTH, NOW, { log: 1 })).toMatchObject({ ok: false, fault: 'log-invalid' })
  })

  it('a time of a known log that was forged is turned away', () => {
    const { bundle, keys } = signEnvelope(pki, statement(), { by: 'key', ...at(hours(2)) })
    bundle.verificationMaterial.tlogEntries[0]!.integratedTime = String(NOW.getTime() / 1000)
    expect(proved(bundle, keys.publicKey, BOTH, NOW)).toMatchObject({ ok: false, fault: 'log-invalid' })
  })

  it('a key with a window needs no root, and is then judged now', () => {
    expect(judge(BOTH, at(NOW), NOW, { root: 'nowhere' })).toMatchObject({ ok: true })
    expect(judge(BOTH, at(NOW), hours(2), { root: 'nowhere' })).toMatchObject(outside)
  })

  it.each([{ start: 'soon' }, { end: '' }])('a window of %j is a misconfiguration', (validity) => {
    expect(() => judge(validity, {}, NOW)).toThrow(Misconfigured)
  })
})

describe('a key of AWS KMS', () => {
  const arn = 'arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab'
  const { bundle, keys: pair } = signEnvelope(pki, statement(), { by: 'key', log: 'none' })
  const demand: Demand = { ...keyDemand(pair.publicKey), signer: { kind: 'key', key: { kms: arn }, hash: 'sha256' } }
  const pem = (key = pair.publicKey) => key.export({ format: 'pem', type: 'spki' }).toString()

  it('is the one fetched under its ARN', () => {
    expect(prove(pki, bundle, demand, { keys: { [arn]: pem() } })).toMatchObject({ ok: true })
    const other = prove(pki, bundle, demand, { keys: { [arn]: pem(ecKeys().publicKey) } })
    expect(other).toMatchObject({ ok: false, fault: 'signature-invalid' })
  })

  it.each([{}, { [`${arn}0`]: pem() }, Object.create({ [arn]: pem() })])('not fetched yet is an outage', (keys) => {
    const message = `AWS KMS: the trust function has not fetched the public key ${arn} yet`
    expect(() => prove(pki, bundle, demand, { keys })).toThrow(new Unavailable('AWS KMS', message.slice(9)))
  })

  it('that cannot be read is a misconfiguration that names it', () => {
    const judged = () => prove(pki, bundle, demand, { keys: { [arn]: 'nonsense' } })
    expect(judged).toThrow(Misconfigured)
    expect(judged).toThrow(arn)
  })
})

it('tells the time at which it was signed, or judged where that is not known', () => {
  const end = hours(-1).toISOString()
  const detailOf = (options: SignOptions) => {
    const proof = judge({ end }, options, hours(9))
    return proof.ok ? undefined : proof.detail
  }
  expect(detailOf(at(NOW))).toBe("signed at 2026-03-01T12:00:00.000Z, outside the key's validity")
  expect(detailOf({ log: 'none' })).toBe(
    "signed at an unknown time, judged at 2026-03-01T21:00:00.000Z, outside the key's validity",
  )
})

it('a time that a log entry tells without a promise is hearsay: what counts is when it is judged', () => {
  const validity = { start: hours(-1).toISOString(), end: hours(1).toISOString() }
  const told = (time: Date) => ({ inclusion: { at: time, promise: false } })
  expect(judge(validity, told(NOW), hours(2), { log: 1 })).toMatchObject(outside)
  expect(judge(validity, told(hours(2)), NOW, { log: 1 })).toMatchObject({ ok: true })
})
