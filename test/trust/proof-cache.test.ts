import crypto from 'node:crypto'
import { serialize } from 'node:v8'
import { describe, expect, it, vi } from 'vitest'
import { demandId, type Proof } from '../../lambda/core/evidence.ts'
import type { Demand } from '../../lambda/core/policy/policy.ts'
import { authenticator } from '../../lambda/trust/authenticate.ts'
import { proofCache } from '../../lambda/trust/proof-cache.ts'
import { type TrustMaterials, trustMaterials } from '../../lambda/trust/roots.ts'
import { CERTIFICATE, DIGEST, IMAGE, keyDemand, OTHER, signEnvelope, signMessage, statement } from './bundles.ts'
import { ecKeys, NOW, newPki, rootOf } from './pki.ts'

/** How often work was done for these, one after the other. */
function worked(bases: readonly unknown[], limits?: { entries: number; bytes: number }): number {
  const remember = proofCache<object>(limits)
  const work = vi.fn(() => ({}))
  for (const basis of bases) remember(basis, work)
  return work.mock.calls.length
}

function nested(depth: number): unknown {
  return Array.from({ length: depth }).reduce<unknown>((inner) => [inner], 0)
}

describe('a cache of proofs', () => {
  it('works once for the same, whatever object holds it', () => {
    const basis = () => ({ text: 'a', list: [1, null, { bytes: Uint8Array.of(1, 2) }] })
    expect(worked([basis(), basis(), basis()])).toBe(1)
  })

  it.each<[string, unknown, unknown]>([
    ['null and a number too large for JSON', { at: null }, { at: Number.POSITIVE_INFINITY }],
    ['zero and its negative', [0], [-0]],
    ['a number and its text', [1], ['1']],
    ['bytes and their text', [Buffer.from('a')], ['a']],
    ['other bytes', [Uint8Array.of(1)], [Uint8Array.of(2)]],
    ['a part moved to its neighbour', ['ab', 'c'], ['a', 'bc']],
    ['a field moved to its neighbour', { a: 'x' }, { b: 'x' }],
    ['a list and an object', ['x'], { 0: 'x' }],
    ['letters that look alike', ['sigstore'], ['s\u0456gstore']],
    ['a field that is there without a value', {}, { a: undefined }],
    ['a name that objects inherit', JSON.parse('{"__proto__":{"a":1}}'), JSON.parse('{}')],
  ])('tells apart %s', (_, one, other) => {
    expect(worked([one, other, one, other])).toBe(2)
  })

  it('remembers no failure', () => {
    const remember = proofCache<string>()
    const work = vi
      .fn(() => 'good')
      .mockImplementationOnce(() => {
        throw new Error('out of memory')
      })
    expect(() => remember('a', work)).toThrow('out of memory')
    expect([remember('a', work), remember('a', work)]).toEqual(['good', 'good'])
    expect(work).toHaveBeenCalledTimes(2)
  })

  it('forgets the least recently used beyond so many entries', () => {
    const limits = { entries: 2, bytes: 10_000 }
    expect(worked(['a', 'b', 'a', 'b'], limits)).toBe(2)
    expect(worked(['a', 'b', 'a', 'c', 'a'], limits)).toBe(3)
    expect(worked(['a', 'b', 'a', 'c', 'b'], limits)).toBe(4)
  })

  it('forgets beyond so many bytes, and never keeps what is a great part of them', () => {
    const text = (name: string) => name + 'x'.repeat(50)
    const limits = { entries: 100, bytes: 1600 }
    const some = Array.from({ length: 10 }, (_, index) => text(`${index}`))
    const many = Array.from({ length: 40 }, (_, index) => text(`${index}`))
    expect(worked([...some, ...some], limits)).toBe(10)
    expect(worked([...many, ...many], limits)).toBe(80)
    expect(worked(['x'.repeat(200), 'x'.repeat(200)], limits)).toBe(2)
  })

  it('counts what is used again once', () => {
    expect(worked(Array(100).fill('a'), { entries: 100, bytes: 1600 })).toBe(1)
  })

  it('keeps what is just a sixteenth of it, sixteen times', () => {
    const some = Array.from({ length: 16 }, (_, index) => `${index}`.padStart(50))
    const bytes = 16 * serialize(some[0]).length
    expect(worked([...some, ...some], { entries: 100, bytes })).toBe(16)
    expect(worked(['x'.padStart(50), 'x'.padStart(50)], { entries: 100, bytes: bytes - 1 })).toBe(2)
  })

  it('works where something is nested too deeply to be named', () => {
    expect(worked([nested(100_000), nested(100_000)])).toBe(2)
  })
})

const pki = newPki()
const roots = trustMaterials({ test: rootOf(pki) })

type Judging = { demand?: Demand; subject?: typeof DIGEST; materials?: TrustMaterials; artifact?: Uint8Array }

/** The proof, and how many signatures the library checked for it. */
function judge(bundle: unknown, { demand = CERTIFICATE, subject = DIGEST, materials = roots, artifact }: Judging = {}) {
  // As a new push would bring it: equal, and no object the same
  const content = { kind: 'bundle', bundle: structuredClone(bundle), ...(artifact && { artifact }) } as const
  const checks = vi.spyOn(crypto, 'verify')
  try {
    const [judged] = authenticator([demand], { materials, keys: {}, now: NOW })(
      [{ carrier: 'test', source: '', manifest: OTHER, layer: OTHER, content }],
      subject,
    )
    return { proof: judged?.proofs.get(demandId(demand)) as Proof, checks: checks.mock.calls.length }
  } finally {
    checks.mockRestore()
  }
}

describe('a bundle', () => {
  it('is verified once under the same trust', () => {
    const { bundle } = signEnvelope(pki, statement())
    const first = judge(bundle)
    expect(first).toMatchObject({ proof: { ok: true } })
    expect(first.checks).toBeGreaterThan(2)
    // A root that was read again is the same root
    const again = judge(bundle, { materials: trustMaterials({ test: rootOf(pki) }) })
    expect(again).toEqual({ proof: first.proof, checks: 0 })
  })

  it.each([
    ['by us', {}, { subject: OTHER }, 'subject-mismatch'],
    ['by the library', { payload: 'e30=' }, {}, 'log-mismatch'],
  ])('is turned away %s once under the same trust', (_, changed, judging, fault) => {
    const { bundle } = signEnvelope(pki, statement())
    Object.assign(bundle.dsseEnvelope!, changed)
    const first = judge(bundle, judging)
    expect(first).toMatchObject({ proof: { ok: false, fault } })
    expect(first.checks).toBeGreaterThan(0)
    expect(judge(bundle, judging)).toEqual({ proof: first.proof, checks: 0 })
  })

  it.each<[string, Judging, object]>([
    ['another root', { materials: trustMaterials({ test: rootOf(newPki()) }) }, { ok: false }],
    [
      'the same root of which a log is gone',
      { materials: trustMaterials({ test: { ...rootOf(pki), tlogs: [] } }) },
      { ok: false },
    ],
    ['another image', { subject: OTHER }, { ok: false, fault: 'subject-mismatch' }],
  ])('is verified again under %s', (_, judging, proof) => {
    const { bundle } = signEnvelope(pki, statement())
    expect(judge(bundle)).toMatchObject({ proof: { ok: true } })
    expect(judge(bundle, judging)).toMatchObject({ proof })
  })

  it('is verified again under another demand', () => {
    const { bundle } = signEnvelope(pki, statement())
    const demand: Demand = { ...CERTIFICATE, signer: { kind: 'certificate', sct: false } }
    expect(judge(bundle)).toMatchObject({ proof: { ok: true } })
    expect(judge(bundle, { demand }).checks).toBeGreaterThan(1)
    expect(judge(bundle, { demand })).toMatchObject({ proof: { ok: true }, checks: 0 })
  })

  it('is verified again for other bytes', () => {
    const { bundle } = signMessage(pki)
    expect(judge(bundle, { artifact: IMAGE })).toMatchObject({ proof: { ok: true } })
    expect(judge(bundle, { artifact: Buffer.from('other') })).toMatchObject({
      proof: { ok: false, fault: 'subject-mismatch' },
    })
  })

  it('is verified again for another key', () => {
    const [keys, others] = [ecKeys(), ecKeys()]
    const { bundle } = signEnvelope(pki, statement(), { by: 'key', keys, log: 'none' })
    expect(judge(bundle, { demand: keyDemand(keys.publicKey) })).toMatchObject({ proof: { ok: true } })
    expect(judge(bundle, { demand: keyDemand(others.publicKey) })).toMatchObject({ proof: { ok: false } })
  })

  it('lends nothing to one that is all but the same', () => {
    const { bundle } = signEnvelope(pki, statement())
    expect(judge(bundle)).toMatchObject({ proof: { ok: true } })
    const spoiled = structuredClone(bundle)
    spoiled.dsseEnvelope!.payload = Buffer.from(JSON.stringify(statement('https://evil.test'))).toString('base64')
    expect(judge(spoiled)).toMatchObject({ proof: { ok: false } })
    expect(judge(bundle)).toMatchObject({ proof: { ok: true }, checks: 0 })
  })

  it('is tried again where it was not judged', () => {
    const { bundle } = signEnvelope(pki, statement())
    const material = roots.get('test')!
    let calls = 0
    const failing = Object.defineProperty({ ...material }, 'tlogs', {
      get: () => {
        if (calls++ === 0) throw new RangeError('out of memory')
        return material.tlogs
      },
    })
    const materials = new Map([['test', failing]])
    expect(judge(bundle, { materials })).toMatchObject({ proof: { ok: false, detail: 'out of memory' } })
    expect(judge(bundle, { materials })).toMatchObject({ proof: { ok: true } })
  })
})
