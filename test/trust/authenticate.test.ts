import type { KeyObject } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { digestOf } from '../../lambda/core/digest-of.ts'
import { demandId } from '../../lambda/core/evidence.ts'
import { Misconfigured } from '../../lambda/errors.ts'
import { authenticator } from '../../lambda/trust/authenticate.ts'
import { keyName, spki } from '../../lambda/trust/keys.ts'
import { trustMaterials } from '../../lambda/trust/roots.ts'
import {
  ACCEPTED_AT,
  CERTIFICATE,
  DIGEST,
  IMAGE,
  keyDemand,
  legacyClaim,
  OTHER,
  prove,
  type SignOptions,
  SLSA,
  signEnvelope,
  signMessage,
  simpleSigning,
  statement,
} from './bundles.ts'
import { KINDS } from './log-bodies.ts'
import { ecKeys, ISSUER, NOW, newPki, rootOf, WORKFLOW } from './pki.ts'
import { broken } from './tsa.ts'

const pki = newPki()
const TRUSTED = { materials: trustMaterials({ test: rootOf(pki) }), keys: {}, now: NOW }
const stranger = newPki()
const later = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000)
const nameOf = ({ publicKey }: { readonly publicKey: KeyObject }) => keyName(spki(publicKey))
const WITHOUT_LOG = { ...CERTIFICATE, log: 0, timestamp: 1 }

describe('accepts', () => {
  it.each<[string, SignOptions]>([
    ...KINDS.map((log): [string, SignOptions] => [`a log entry of kind ${log}`, { log, stamp: NOW }]),
    ['a promise without a timestamp', {}],
    ['a proof without a promise, with a timestamp', { inclusion: { promise: false }, stamp: NOW }],
  ])('a certificate with %s', (_, options) => {
    const { bundle, logged, keys } = signEnvelope(pki, statement(), options)
    const { fulcio, root } = pki.authority
    expect(prove(pki, bundle)).toEqual({
      ok: true,
      path: [
        { certificate: digestOf(logged.verifier.der), key: nameOf(keys) },
        { certificate: digestOf(fulcio.certificate), key: nameOf(fulcio) },
        { certificate: digestOf(root.certificate), key: nameOf(root) },
      ],
      signer: {
        kind: 'certificate',
        issuer: ISSUER,
        subject: WORKFLOW,
        claims: expect.objectContaining({ sourceRepositoryURI: 'https://github.com/acme/app', buildTrigger: 'push' }),
        signedAt: ACCEPTED_AT,
      },
      says: { kind: 'signature', annotations: {}, names: [] },
    })
  })

  it('a certificate, and names the key of one that signs for longer than a day', () => {
    const made = (minutes: number) => {
      const { bundle, keys } = signEnvelope(pki, statement(), { leaf: { minutes } })
      return { proof: prove(pki, bundle), key: nameOf(keys) }
    }
    expect(made(24 * 60).proof).not.toHaveProperty('lasting')
    const { proof, key } = made(24 * 60 + 1)
    expect(proof).toMatchObject({ ok: true, lasting: key })
  })

  it('a certificate with a timestamp alone, where the policy asks for no log', () => {
    const { bundle } = signEnvelope(pki, statement(), { log: 'none', stamp: NOW })
    expect(prove(pki, bundle, WITHOUT_LOG)).toMatchObject({ ok: true, signer: { signedAt: ACCEPTED_AT } })
  })

  it('a key without a log and without any root', () => {
    const { bundle, keys } = signEnvelope(pki, statement(), { by: 'key', log: 'none' })
    const demand = { ...keyDemand(keys.publicKey), root: 'nowhere' }
    expect(prove(pki, bundle, demand)).toEqual({
      ok: true,
      signer: { kind: 'key', key: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) },
      says: { kind: 'signature', annotations: {}, names: [] },
    })
  })

  it('a key with a log entry, and then knows the time', () => {
    const { bundle, keys } = signEnvelope(pki, statement(), { by: 'key' })
    const proof = prove(pki, bundle, keyDemand(keys.publicKey, { log: 1 }))
    expect(proof).toMatchObject({ ok: true, signer: { kind: 'key', signedAt: ACCEPTED_AT } })
  })

  it('an attestation, and says of which type', () => {
    expect(prove(pki, signEnvelope(pki, statement(SLSA)).bundle)).toMatchObject({
      ok: true,
      says: { kind: 'attestation', predicateType: SLSA },
    })
  })

  it('a message signature over the manifest itself', () => {
    const proof = prove(pki, signMessage(pki).bundle, CERTIFICATE, { artifact: IMAGE })
    expect(proof).toMatchObject({ ok: true, says: { kind: 'signature', annotations: {}, names: [] } })
  })

  it('a legacy signature, with its annotations', () => {
    const payload = simpleSigning()
    const claim = legacyClaim(signMessage(pki, payload, { inclusion: { proof: false } }), payload)
    expect(prove(pki, claim)).toMatchObject({ ok: true, says: { kind: 'signature', annotations: { team: 'blue' } } })
  })

  it.each(['dsse/0.0.1', 'intoto/0.0.1'] as const)('a legacy attestation logged as %s', (log) => {
    const claim = legacyClaim(signEnvelope(pki, statement(SLSA), { log, inclusion: { proof: false } }))
    expect(prove(pki, claim)).toMatchObject({ ok: true, says: { kind: 'attestation', predicateType: SLSA } })
  })

  it('an envelope, whatever bytes lie beside it', () => {
    expect(prove(pki, signEnvelope(pki).bundle, CERTIFICATE, { artifact: IMAGE })).toMatchObject({ ok: true })
  })

  it('an entry proven by a log in the very second that it was taken into use and retired', () => {
    const { bundle } = signEnvelope(pki, statement(), { log: 'hashedrekord/0.0.2', stamp: NOW })
    const root = rootOf(pki)
    root.tlogs[1]!.publicKey.validFor = { start: NOW.toISOString(), end: NOW.toISOString() }
    expect(prove(pki, bundle, CERTIFICATE, { root })).toMatchObject({ ok: true })
  })

  it('an entry promised by a log that was retired before the timestamp, but not before the promise', () => {
    const { bundle } = signEnvelope(pki, statement(), { stamp: later(2) })
    const root = rootOf(pki)
    root.tlogs[0]!.publicKey.validFor!.end = later(1).toISOString()
    expect(prove(pki, bundle, CERTIFICATE, { root })).toMatchObject({ ok: true, signer: { signedAt: ACCEPTED_AT } })
  })

  it('a key with an entry of a log without times, and then knows none', () => {
    const { bundle, keys } = signEnvelope(pki, statement(), { by: 'key', log: 'dsse/0.0.2' })
    const proof = prove(pki, bundle, keyDemand(keys.publicKey, { log: 1 }))
    expect(proof).toMatchObject({ ok: true, signer: { kind: 'key' } })
    expect(proof.ok && proof.signer).not.toHaveProperty('signedAt')
  })

  it('no time that an entry tells without a promise, though it were earlier', () => {
    const { bundle } = signEnvelope(pki, statement(), { stamp: later(5), inclusion: { promise: false } })
    expect(prove(pki, bundle)).toMatchObject({ ok: true, signer: { signedAt: later(5).toISOString() } })
  })

  it('the earliest trusted time as the time of signing', () => {
    const { bundle } = signEnvelope(pki, statement(), { inclusion: { at: later(5) }, stamp: later(2) })
    expect(prove(pki, bundle)).toMatchObject({ ok: true, signer: { signedAt: later(2).toISOString() } })
  })
})

describe('does not look at what the policy does not ask for, as whoever attached it could have left it out:', () => {
  const { tlogEntries, timestampVerificationData } = signEnvelope(stranger, statement(), { stamp: NOW }).bundle
    .verificationMaterial
  const withForeign = (options: SignOptions, foreign: object) => {
    const { bundle, keys } = signEnvelope(pki, statement(), options)
    return { bundle: { ...bundle, verificationMaterial: { ...bundle.verificationMaterial, ...foreign } }, keys }
  }

  it.each([{ tlogEntries }, { timestampVerificationData }])('the foreign part of a bundle signed by key', (foreign) => {
    const { bundle, keys } = withForeign({ by: 'key', log: 'none' }, foreign)
    expect(prove(pki, bundle, keyDemand(keys.publicKey))).toMatchObject({ ok: true })
  })

  it('the broken timestamp of a known authority on a bundle signed by key', () => {
    const { bundle, keys } = signEnvelope(pki, statement(), { by: 'key', log: 'none', stamp: NOW })
    const [stamp] = bundle.verificationMaterial.timestampVerificationData.rfc3161Timestamps
    stamp!.signedTimestamp = broken(stamp!.signedTimestamp)
    expect(prove(pki, bundle, keyDemand(keys.publicKey))).toMatchObject({ ok: true })
    expect(prove(pki, bundle, keyDemand(keys.publicKey, { timestamp: 1 }))).toMatchObject({
      fault: 'timestamp-invalid',
    })
  })

  it('the foreign log entry of a certificate that only has to be stamped', () => {
    const { bundle } = withForeign({ stamp: NOW }, { tlogEntries })
    expect(prove(pki, bundle, WITHOUT_LOG)).toMatchObject({ ok: true })
  })

  it('a timestamp under a root that knows no timestamp authority', () => {
    const { bundle } = withForeign({}, { timestampVerificationData })
    const root = { ...rootOf(pki), timestampAuthorities: [] }
    expect(prove(pki, bundle, CERTIFICATE, { root })).toMatchObject({ ok: true })
    expect(prove(pki, bundle, CERTIFICATE)).toMatchObject({ ok: false, fault: 'timestamp-invalid' })
  })
})

describe('a claim that could not be read', () => {
  it.each(['malformed', 'over-limit', 'unsupported'] as const)(
    'is no proof, for the reason it came with: %s',
    (fault) => {
      const content = { kind: 'unreadable', fault, detail: 'as it was read' } as const
      expect(prove(pki, content)).toEqual({ ok: false, fault, detail: 'as it was read' })
    },
  )
})

describe('of several claims', () => {
  it('a bad one never hides a good one, in any order', () => {
    const good = { kind: 'bundle' as const, bundle: signEnvelope(pki).bundle }
    const contents = [
      { kind: 'unreadable' as const, fault: 'malformed' as const, detail: 'not JSON' },
      { kind: 'bundle' as const, bundle: { toString: 1, mediaType: { toString: 1 } } },
      { kind: 'bundle' as const, bundle: signEnvelope(stranger).bundle },
      good,
      { kind: 'bundle' as const, bundle: null },
    ]
    for (const order of [contents, contents.toReversed()]) {
      const claims = order.map((content) => ({ carrier: 'test', source: '', manifest: OTHER, layer: OTHER, content }))
      const judged = authenticator([CERTIFICATE], TRUSTED)(claims, DIGEST)
      const proved = judged.filter(({ proofs }) => proofs.get(demandId(CERTIFICATE))!.ok)
      expect(proved.map(({ claim }) => claim.content)).toEqual([good])
    }
  })

  it('each is proved against every demand on its own', () => {
    const { bundle, keys } = signEnvelope(pki, statement(), { by: 'key' })
    const demands = [CERTIFICATE, keyDemand(keys.publicKey), keyDemand(ecKeys().publicKey)]
    const claim = {
      carrier: 'test',
      source: '',
      manifest: OTHER,
      layer: OTHER,
      content: { kind: 'bundle' as const, bundle },
    }
    const [judged] = authenticator(demands, TRUSTED)([claim], DIGEST)
    expect(demands.map((demand) => judged!.proofs.get(demandId(demand))!.ok)).toEqual([false, true, false])
  })
})

describe('an installation that cannot judge', () => {
  const claims = [
    { carrier: 'test', source: '', manifest: OTHER, layer: OTHER, content: { kind: 'bundle' as const, bundle: {} } },
  ]

  it('says so where a root is missing, and which ones it knows', () => {
    const demand = { ...CERTIFICATE, root: 'github' }
    const judge = () => authenticator([demand], TRUSTED)(claims, DIGEST)
    expect(judge).toThrow(Misconfigured)
    expect(judge).toThrow(
      /^no trusted root is called "github"; known: "test"; if a TUF mirror keeps it, the trust function/,
    )
  })

  it.each([{ log: 1 }, { timestamp: 1 }])('asks a key with %j for its root', (more) => {
    const demand = keyDemand(ecKeys().publicKey, { ...more, root: 'github' })
    expect(() => authenticator([demand], { ...TRUSTED, materials: new Map() })(claims, DIGEST)).toThrow(Misconfigured)
  })

  it('says so where a key cannot be read', () => {
    const demand = {
      ...CERTIFICATE,
      signer: { kind: 'key' as const, key: { pem: 'nonsense' }, hash: 'sha256' as const },
    }
    expect(() => authenticator([demand], TRUSTED)([], DIGEST)).toThrow(Misconfigured)
  })
})

it('what is at fault with signed content is told to be by its signer, and what is at fault before is not', () => {
  const unsigned = signEnvelope(pki, statement()).bundle
  unsigned.dsseEnvelope!.signatures[0]!.sig = Buffer.from('junk').toString('base64')
  expect(prove(pki, unsigned)).not.toHaveProperty('signed')
  const wide = { ...statement(), subject: Array.from({ length: 1025 }, () => ({ digest: { sha256: '00' } })) }
  expect(prove(pki, signEnvelope(pki, wide).bundle)).toMatchObject({ ok: false, fault: 'over-limit', signed: true })
})
