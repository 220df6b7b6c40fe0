import { describe, expect, it } from 'vitest'
import type { ClaimContent } from '../../lambda/core/evidence.ts'
import type { Demand } from '../../lambda/core/policy/policy.ts'
import {
  CERTIFICATE,
  keyDemand,
  legacyClaim,
  prove,
  type SignOptions,
  SLSA,
  signEnvelope,
  signMessage,
  simpleSigning,
  statement,
  withChain,
} from './bundles.ts'
import { pem } from './log-bodies.ts'
import { NOW, newPki } from './pki.ts'
import { newCa } from './private-ca.ts'

const pki = newPki()
const root = newCa('root')
const issuing = newCa('issuing', { issuer: root })
const PRIVATE = { kind: 'certificate', sct: false, ca: pem({ kind: 'certificate', der: root.certificate }) } as const
const payload = simpleSigning()

const bundleOf = (options: SignOptions): ClaimContent => ({
  kind: 'bundle',
  bundle: signEnvelope(pki, statement(SLSA), options).bundle,
})
const byKey = (options: SignOptions, more: Partial<Demand>): [ClaimContent, Demand] => {
  const { bundle, keys } = signEnvelope(pki, statement(), { by: 'key', ...options })
  return [{ kind: 'bundle', bundle }, keyDemand(keys.publicKey, more)]
}
const privately = signEnvelope(pki, statement(), { leaf: { issuer: issuing, sct: 'none' } }).bundle

const PATHS: Readonly<Record<string, readonly [ClaimContent, Demand]>> = {
  'a key': byKey({ log: 'none' }, {}),
  'a key with a log': byKey({}, { log: 1 }),
  'a key with Rekor v2': byKey({ log: 'dsse/0.0.2' }, { log: 1 }),
  'a key with a timestamp': byKey({ log: 'none', stamp: NOW }, { timestamp: 1 }),
  'a certificate with a promise and a proof': [bundleOf({}), CERTIFICATE],
  'a certificate with a promise, a proof and a timestamp': [bundleOf({ stamp: NOW }), CERTIFICATE],
  'a certificate in Rekor v2': [bundleOf({ log: 'hashedrekord/0.0.2', stamp: NOW }), CERTIFICATE],
  'a certificate logged as intoto 0.0.1': [bundleOf({ log: 'intoto/0.0.1' }), CERTIFICATE],
  'a certificate with a timestamp': [bundleOf({ log: 'none', stamp: NOW }), { ...CERTIFICATE, log: 0, timestamp: 1 }],
  'a certificate of a private authority': [
    { kind: 'bundle', bundle: withChain(privately, issuing.certificate) },
    { ...CERTIFICATE, signer: PRIVATE },
  ],
  'a legacy signature': [legacyClaim(signMessage(pki, payload), payload), CERTIFICATE],
  'a legacy attestation': [legacyClaim(signEnvelope(pki, statement(SLSA))), CERTIFICATE],
}

/** What in a bundle is signed, or signs. Other fields are not authenticated, or need not be there. */
const VOUCHED =
  /(sig|payload|signature|signedTimestamp|rawBytes|canonicalizedBody|signedEntryTimestamp|hashes\.\d+|keyId)$/

function textsIn(value: unknown, path = ''): string[] {
  if (typeof value === 'string') return value === '' ? [] : [path]
  return Object.entries(value ?? {}).flatMap(([key, one]) => textsIn(one, path === '' ? key : `${path}.${key}`))
}

/** A copy in which one bit of a base64 text is another: in its middle, or in the signature at the end of a timestamp. */
function flipped<T>(json: T, path: string): T {
  const copy = structuredClone(json)
  const keys = path.split('.')
  const last = keys.pop() ?? ''
  const holder = keys.reduce<Record<string, unknown>>((one, key) => one[key] as Record<string, unknown>, copy as never)
  const bytes = Buffer.from(holder[last] as string, 'base64')
  const place = last === 'signedTimestamp' ? bytes.length - 8 : bytes.length >> 1
  bytes[place] = bytes[place]! ^ 1
  holder[last] = bytes.toString('base64')
  return copy
}

describe.each(Object.entries(PATHS))('every-check-on-every-path: %s', (_, [content, demand]) => {
  if (content.kind !== 'bundle') throw new Error('every path is a bundle in the end')
  const places = textsIn(content.bundle).filter((path) => VOUCHED.test(path))

  it('is good, and has places to spoil', () => {
    expect(prove(pki, content, demand)).toMatchObject({ ok: true })
    expect(places.length).toBeGreaterThan(1)
  })

  it.each(places)('with one bit of %s changed is refused', (place) => {
    const spoiled = { ...content, bundle: flipped(content.bundle, place) }
    expect(prove(pki, spoiled, demand)).toMatchObject({ ok: false })
  })

  if (content.artifact !== undefined) {
    it('with one bit of the signed bytes changed is refused', () => {
      const artifact = Buffer.from(content.artifact ?? [])
      artifact[artifact.length >> 1]! ^= 1
      expect(prove(pki, { ...content, artifact }, demand)).toMatchObject({ ok: false })
    })
  }
})
