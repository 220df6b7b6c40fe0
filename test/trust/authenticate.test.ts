import { describe, expect, it } from 'vitest'
import { demandId } from '../../lambda/core/evidence.ts'
import { Misconfigured } from '../../lambda/errors.ts'
import { authenticate } from '../../lambda/trust/authenticate.ts'
import { trustMaterials } from '../../lambda/trust/roots.ts'
import {
  ACCEPTED_AT,
  type BundleJson,
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

const pki = newPki()
const stranger = newPki()
const later = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000)
const WITHOUT_LOG = { ...CERTIFICATE, log: false, timestamp: true }

describe('accepts', () => {
  it.each<[string, SignOptions]>([
    ...KINDS.map((log): [string, SignOptions] => [`a log entry of kind ${log}`, { log, stamp: NOW }]),
    ['a promise without a timestamp', {}],
    ['a proof without a promise, with a timestamp', { inclusion: { promise: false }, stamp: NOW }],
  ])('a certificate with %s', (_, options) => {
    expect(prove(pki, signEnvelope(pki, statement(), options).bundle)).toEqual({
      ok: true,
      signer: {
        kind: 'certificate',
        issuer: ISSUER,
        subject: WORKFLOW,
        claims: expect.objectContaining({ sourceRepositoryURI: 'https://github.com/acme/app', buildTrigger: 'push' }),
        signedAt: ACCEPTED_AT,
      },
      says: { kind: 'signature', annotations: {} },
    })
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
      says: { kind: 'signature', annotations: {} },
    })
  })

  it('a key with a log entry, and then knows the time', () => {
    const { bundle, keys } = signEnvelope(pki, statement(), { by: 'key' })
    const proof = prove(pki, bundle, keyDemand(keys.publicKey, { log: true }))
    expect(proof).toMatchObject({ ok: true, signer: { kind: 'key', signedAt: ACCEPTED_AT } })
  })

  it('an attestation, and says of which type', () => {
    const said = statement(SLSA)
    expect(prove(pki, signEnvelope(pki, said).bundle)).toMatchObject({
      ok: true,
      says: { kind: 'attestation', predicateType: SLSA, statement: said },
    })
  })

  it('a message signature over the manifest itself', () => {
    const proof = prove(pki, signMessage(pki).bundle, CERTIFICATE, { artifact: IMAGE })
    expect(proof).toMatchObject({ ok: true, says: { kind: 'signature', annotations: {} } })
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

  it('the earliest trusted time as the time of signing', () => {
    const { bundle } = signEnvelope(pki, statement(), { inclusion: { at: later(5) }, stamp: later(2) })
    expect(prove(pki, bundle)).toMatchObject({ ok: true, signer: { signedAt: later(2).toISOString() } })
  })
})

describe('turns away', () => {
  const fault = (content: BundleJson, demand = CERTIFICATE, more = {}) => prove(pki, content, demand, more)
  const changed = (change: (bundle: BundleJson) => void, options?: SignOptions) => {
    const { bundle } = signEnvelope(pki, statement(), options)
    change(bundle)
    return bundle
  }

  it('a certificate of another Sigstore', () => {
    const { bundle } = signEnvelope(stranger)
    expect(fault(bundle)).toMatchObject({ ok: false, fault: 'certificate-untrusted' })
  })

  it('a certificate of ours, logged by another Sigstore', () => {
    const bundle = changed((one) => {
      one.verificationMaterial.tlogEntries = signEnvelope(stranger).bundle.verificationMaterial.tlogEntries
    })
    expect(fault(bundle)).toMatchObject({ ok: false, fault: 'log-mismatch' })
  })

  it('a key where a certificate is asked for', () => {
    const { bundle } = signEnvelope(pki, statement(), { by: 'key' })
    expect(fault(bundle)).toMatchObject({ ok: false, fault: 'wrong-key-kind' })
  })

  it('a certificate where a key is asked for, even over that very key', () => {
    const { bundle, keys } = signEnvelope(pki)
    expect(fault(bundle, keyDemand(keys.publicKey))).toMatchObject({ ok: false, fault: 'wrong-key-kind' })
  })

  it('a signature by another key', () => {
    const { bundle } = signEnvelope(pki, statement(), { by: 'key', log: 'none' })
    expect(fault(bundle, keyDemand(ecKeys().publicKey))).toMatchObject({ ok: false, fault: 'signature-invalid' })
  })

  it('a signature by another key that is logged, as a mismatch', () => {
    const { bundle } = signEnvelope(pki, statement(), { by: 'key' })
    const demand = keyDemand(ecKeys().publicKey, { log: true })
    expect(fault(bundle, demand)).toMatchObject({ ok: false, fault: 'log-mismatch' })
  })

  it('a log entry that was stripped, though a timestamp is left', () => {
    const { bundle } = signEnvelope(pki, statement(), { log: 'none', stamp: NOW })
    expect(fault(bundle)).toMatchObject({ ok: false, fault: 'log-missing' })
  })

  it('a key without a log entry where the policy asks for one', () => {
    const { bundle, keys } = signEnvelope(pki, statement(), { by: 'key', log: 'none' })
    expect(fault(bundle, keyDemand(keys.publicKey, { log: true }))).toMatchObject({ fault: 'log-missing' })
  })

  it.each([CERTIFICATE, { ...CERTIFICATE, log: false }])(
    'a certificate with neither promise nor timestamp',
    (demand) => {
      const { bundle } = signEnvelope(pki, statement(), { log: 'dsse/0.0.2' })
      expect(fault(bundle, demand)).toMatchObject({ ok: false, fault: 'timestamp-missing' })
    },
  )

  it('a log promise where the policy asks for an RFC 3161 timestamp', () => {
    const demand = { ...CERTIFICATE, timestamp: true }
    expect(fault(signEnvelope(pki).bundle, demand)).toMatchObject({ ok: false, fault: 'timestamp-missing' })
  })

  it('a key without the RFC 3161 timestamp that the policy asks for', () => {
    const { bundle, keys } = signEnvelope(pki, statement(), { by: 'key' })
    expect(fault(bundle, keyDemand(keys.publicKey, { timestamp: true }))).toMatchObject({ fault: 'timestamp-missing' })
  })

  it.each(['certificate', 'key'] as const)('the timestamp of another signature, by %s', (by) => {
    const other = signEnvelope(pki, statement(), { by, stamp: NOW }).bundle
    const { bundle, keys } = signEnvelope(pki, statement(), { by, stamp: NOW })
    bundle.verificationMaterial.timestampVerificationData = other.verificationMaterial.timestampVerificationData
    const demand = by === 'key' ? keyDemand(keys.publicKey, { timestamp: true }) : CERTIFICATE
    expect(fault(bundle, demand)).toMatchObject({ ok: false, fault: 'timestamp-invalid' })
  })

  it('the timestamp of an authority that the root does not know', () => {
    const foreign = signEnvelope(stranger, statement(), { stamp: NOW }).bundle.verificationMaterial
    const { bundle, keys } = signEnvelope(pki, statement(), { by: 'key' })
    bundle.verificationMaterial.timestampVerificationData = foreign.timestampVerificationData
    const demand = keyDemand(keys.publicKey, { timestamp: true })
    expect(fault(bundle, demand)).toMatchObject({ ok: false, fault: 'timestamp-invalid' })
  })

  it('a time that the bundle claims and nobody vouches for', () => {
    const bundle = changed(
      (one) => {
        one.verificationMaterial.tlogEntries[0]!.integratedTime = String(NOW.getTime() / 1000)
      },
      { log: 'dsse/0.0.2' },
    )
    expect(fault(bundle)).toMatchObject({ ok: false, fault: 'timestamp-missing' })
  })

  it('a promise whose time was changed', () => {
    const bundle = changed((one) => {
      one.verificationMaterial.tlogEntries[0]!.integratedTime = String(NOW.getTime() / 1000 + 1)
    })
    expect(fault(bundle)).toMatchObject({ ok: false, fault: 'log-invalid' })
  })

  it('a proof against another root of the log', () => {
    const bundle = changed((one) => {
      const proof = one.verificationMaterial.tlogEntries[0]!.inclusionProof!
      proof.hashes = proof.hashes.map(() => Buffer.alloc(32).toString('base64'))
    })
    expect(fault(bundle)).toMatchObject({ ok: false, fault: 'log-invalid' })
  })

  it.each([
    ['with one promise', { log: 'dsse/0.0.1' }, 'timestamp-invalid'],
    ['with one proof', { log: 'dsse/0.0.2', stamp: NOW }, 'log-invalid'],
  ] as const)('the same log entry twice, %s', (_, options, expected) => {
    const bundle = changed((one) => {
      one.verificationMaterial.tlogEntries.push(...one.verificationMaterial.tlogEntries)
    }, options)
    expect(fault(bundle)).toMatchObject({ ok: false, fault: expected })
  })

  it('an entry proven by a log that was retired before the signature was made', () => {
    const { bundle } = signEnvelope(pki, statement(), { log: 'hashedrekord/0.0.2', stamp: NOW })
    const root = rootOf(pki)
    root.tlogs[1]!.publicKey.validFor!.end = later(-1).toISOString()
    expect(fault(bundle, CERTIFICATE, { root })).toMatchObject({ ok: false, fault: 'log-invalid' })
  })

  it('a statement about another image', () => {
    expect(fault(signEnvelope(pki).bundle, CERTIFICATE, { digest: OTHER })).toMatchObject({ fault: 'subject-mismatch' })
  })

  it('a payload changed after signing', () => {
    const bundle = changed((one) => {
      one.dsseEnvelope!.payload = Buffer.from(JSON.stringify(statement(SLSA))).toString('base64')
    })
    expect(fault(bundle)).toMatchObject({ ok: false, fault: 'log-mismatch' })
  })

  it('a payload changed after signing by a key, without a log', () => {
    const { bundle, keys } = signEnvelope(pki, statement(), { by: 'key', log: 'none' })
    bundle.dsseEnvelope!.payload = Buffer.from(JSON.stringify(statement(SLSA))).toString('base64')
    expect(fault(bundle, keyDemand(keys.publicKey))).toMatchObject({ ok: false, fault: 'signature-invalid' })
  })

  it('a payload type changed after signing', () => {
    const { bundle, keys } = signEnvelope(pki, statement(), { by: 'key', log: 'none' })
    bundle.dsseEnvelope!.payloadType = 'text/plain'
    expect(fault(bundle, keyDemand(keys.publicKey))).toMatchObject({ ok: false, fault: 'signature-invalid' })
  })

  it.each([[[]], [[1, 1]]])('an envelope of %j signatures', (copies) => {
    const bundle = changed((one) => {
      const [only] = one.dsseEnvelope!.signatures
      one.dsseEnvelope!.signatures = copies.map(() => only!)
    })
    expect(fault(bundle)).toMatchObject({ ok: false, fault: 'malformed' })
  })

  it('a message digest that is not that of the manifest', () => {
    const { bundle } = signMessage(pki)
    expect(fault(bundle, CERTIFICATE, { artifact: simpleSigning() })).toMatchObject({ fault: 'subject-mismatch' })
    bundle.messageSignature!.messageDigest.digest = Buffer.alloc(32).toString('base64')
    expect(fault(bundle, CERTIFICATE, { artifact: IMAGE })).toMatchObject({ ok: false, fault: 'subject-mismatch' })
  })

  it('a message signature without the bytes that it signs', () => {
    expect(fault(signMessage(pki).bundle)).toMatchObject({ ok: false, fault: 'malformed' })
  })

  it('a message signature over some other artifact of the same signer', () => {
    const artifact = Buffer.from('{"critical":"nothing about images"}')
    const { bundle } = signMessage(pki, artifact)
    expect(fault(bundle, CERTIFICATE, { artifact })).toMatchObject({ ok: false, fault: 'predicate-malformed' })
  })

  it('a legacy signature for another image', () => {
    const payload = simpleSigning(OTHER)
    const claim = legacyClaim(signMessage(pki, payload), payload)
    expect(prove(pki, claim)).toMatchObject({ ok: false, fault: 'subject-mismatch' })
  })

  it('a legacy signature whose payload was rewritten to name this image', () => {
    const claim = legacyClaim(signMessage(pki, simpleSigning(OTHER)), simpleSigning())
    expect(prove(pki, claim)).toMatchObject({ ok: false, fault: 'log-mismatch' })
  })
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
      const claims = order.map((content) => ({ carrier: 'test', manifest: OTHER, layer: OTHER, content }))
      const judged = authenticate(claims, [CERTIFICATE], DIGEST, trustMaterials({ test: rootOf(pki) }))
      const proved = judged.filter(({ proofs }) => proofs.get(demandId(CERTIFICATE))!.ok)
      expect(proved.map(({ claim }) => claim.content)).toEqual([good])
    }
  })

  it('each is proved against every demand on its own', () => {
    const { bundle, keys } = signEnvelope(pki, statement(), { by: 'key' })
    const demands = [CERTIFICATE, keyDemand(keys.publicKey), keyDemand(ecKeys().publicKey)]
    const claim = { carrier: 'test', manifest: OTHER, layer: OTHER, content: { kind: 'bundle' as const, bundle } }
    const [judged] = authenticate([claim], demands, DIGEST, trustMaterials({ test: rootOf(pki) }))
    expect(demands.map((demand) => judged!.proofs.get(demandId(demand))!.ok)).toEqual([false, true, false])
  })
})

describe('an installation that cannot judge', () => {
  const claims = [{ carrier: 'test', manifest: OTHER, layer: OTHER, content: { kind: 'bundle' as const, bundle: {} } }]

  it('says so where a root is missing, and which ones it knows', () => {
    const demand = { ...CERTIFICATE, root: 'github' }
    const judge = () => authenticate(claims, [demand], DIGEST, trustMaterials({ test: rootOf(pki) }))
    expect(judge).toThrow(new Misconfigured('no trusted root is called "github"; known: "test"'))
  })

  it.each([{ log: true }, { timestamp: true }])('asks a key with %j for its root', (more) => {
    const demand = keyDemand(ecKeys().publicKey, { ...more, root: 'github' })
    expect(() => authenticate(claims, [demand], DIGEST, new Map())).toThrow(Misconfigured)
  })

  it('says so where a key cannot be read', () => {
    const demand = { ...CERTIFICATE, signer: { kind: 'key' as const, pem: 'nonsense', hash: 'sha256' as const } }
    expect(() => authenticate([], [demand], DIGEST, trustMaterials({ test: rootOf(pki) }))).toThrow(Misconfigured)
  })
})
