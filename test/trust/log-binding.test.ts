import { describe, expect, it } from 'vitest'
import {
  CERTIFICATE,
  entryOf,
  IMAGE,
  keyDemand,
  legacyClaim,
  prove,
  SLSA,
  signEnvelope,
  signMessage,
  simpleSigning,
  statement,
} from './bundles.ts'
import { envelopeBody, KINDS, type Logged, messageBody } from './log-bodies.ts'
import { ecKeys, type LogEntry, leafCertificate, logged, NOW, newPki } from './pki.ts'

const pki = newPki()
const spki = () => ecKeys().publicKey.export({ format: 'der', type: 'spki' })

/** Entries that are genuinely logged, and differ from what they should say in one thing. */
const WRONG: Readonly<Record<string, (right: Logged) => Logged>> = {
  payload: (right) => ({ ...right, payload: Buffer.from(JSON.stringify(statement(SLSA))) }),
  signature: (right) => ({ ...right, signature: Buffer.from(right.signature).reverse() }),
  'certificate or key': (right) => ({
    ...right,
    verifier:
      right.verifier.kind === 'key'
        ? { kind: 'key', der: spki() }
        : { kind: 'certificate', der: leafCertificate(pki, ecKeys().publicKey) },
  }),
  'kind of verifier': (right) => ({
    ...right,
    verifier:
      right.verifier.kind === 'key'
        ? { kind: 'certificate', der: leafCertificate(pki, ecKeys().publicKey) }
        : { kind: 'key', der: spki() },
  }),
}
// intoto 0.0.1 holds no signature; the log checked it when the entry was made
const CASES = KINDS.flatMap((kind) =>
  Object.keys(WRONG)
    .filter((what) => !(kind === 'intoto/0.0.1' && what === 'signature'))
    .flatMap((what) => (['certificate', 'key'] as const).map((by) => ({ kind, what, by }))),
)
const CARRIERS = [
  { carrier: 'legacy', kind: 'hashedrekord/0.0.1' },
  { carrier: 'bundle', kind: 'hashedrekord/0.0.1' },
  { carrier: 'bundle in Rekor v2', kind: 'hashedrekord/0.0.2' },
] as const
const MESSAGES = CARRIERS.flatMap((one) =>
  Object.keys(WRONG).flatMap((what) => (['certificate', 'key'] as const).map((by) => ({ ...one, what, by }))),
)

describe('tlog-binding-matrix', () => {
  it.each(CASES)('$kind: an entry for another $what, signed by $by', ({ kind, what, by }) => {
    const { bundle, keys, logged: about } = signEnvelope(pki, statement(), { by, stamp: NOW, log: kind })
    const demand = by === 'key' ? keyDemand(keys.publicKey, { log: 1 }) : undefined
    expect(prove(pki, bundle, demand)).toMatchObject({ ok: true })
    const right = { ...about, payload: Buffer.from(bundle.dsseEnvelope!.payload, 'base64') }
    bundle.verificationMaterial.tlogEntries = [entryOf(pki, envelopeBody(kind, WRONG[what]!(right)))]
    expect(prove(pki, bundle, demand)).toMatchObject({ ok: false, fault: 'log-mismatch' })
  })

  it.each(MESSAGES)(
    'signed bytes, $carrier: an entry for another $what, signed by $by',
    ({ kind, carrier, what, by }) => {
      const payload = simpleSigning()
      const signed = signMessage(pki, payload, { by, log: kind, stamp: NOW })
      const demand = by === 'key' ? keyDemand(signed.keys.publicKey, { log: 1 }) : undefined
      const judge = () => {
        if (carrier === 'legacy') return prove(pki, legacyClaim(signed, payload), demand)
        return prove(pki, signed.bundle, demand, { artifact: payload })
      }
      expect(judge()).toMatchObject({ ok: true })
      const entry = entryOf(pki, messageBody(WRONG[what]!({ ...signed.logged, payload }), kind))
      signed.bundle.verificationMaterial.tlogEntries = [entry]
      expect(judge()).toMatchObject({ ok: false, fault: 'log-mismatch' })
    },
  )

  // Annotations hold promises, which Rekor v2 does not give
  it.each(CASES.filter(({ kind }) => kind.endsWith('0.0.1') || kind.startsWith('intoto')))(
    'legacy attestation, $kind: an entry for another $what, signed by $by',
    ({ kind, what, by }) => {
      const signed = signEnvelope(pki, statement(SLSA), { by, log: kind })
      const demand = by === 'key' ? keyDemand(signed.keys.publicKey, { log: 1 }) : undefined
      expect(prove(pki, legacyClaim(signed), demand)).toMatchObject({ ok: true })
      const right = { ...signed.logged, payload: Buffer.from(signed.bundle.dsseEnvelope!.payload, 'base64') }
      // Of this statement the other payload is the signature's
      const wrong = what === 'payload' ? { ...right, payload: Buffer.from('{}') } : WRONG[what]!(right)
      signed.bundle.verificationMaterial.tlogEntries = [logged(pki, envelopeBody(kind, wrong))]
      expect(prove(pki, legacyClaim(signed), demand)).toMatchObject({ ok: false, fault: 'log-mismatch' })
    },
  )
})

describe('a log entry', () => {
  const swapped = (change: (entry: LogEntry) => LogEntry[]) => {
    const { bundle } = signEnvelope(pki)
    bundle.verificationMaterial.tlogEntries = change(bundle.verificationMaterial.tlogEntries[0]!)
    return prove(pki, bundle)
  }

  it('tlog-entry-of-other-signature: does not count, though it is genuine', () => {
    const [other] = signEnvelope(pki).bundle.verificationMaterial.tlogEntries
    expect(swapped(() => [other!])).toMatchObject({ ok: false, fault: 'log-mismatch' })
  })

  it('that matches does not make up for one beside it that does not', () => {
    const [other] = signEnvelope(pki).bundle.verificationMaterial.tlogEntries
    expect(swapped((own) => [own, other!])).toMatchObject({ ok: false, fault: 'log-mismatch' })
    expect(swapped((own) => [other!, own])).toMatchObject({ ok: false, fault: 'log-mismatch' })
  })

  it.each([
    ['rekord', '0.0.1'],
    ['hashedrekord', '0.0.3'],
    ['__proto__', ''],
  ])('of kind %s %s is not judged', (kind, version) => {
    const answer = swapped((own) => [{ ...own, kindVersion: { kind, version } }])
    expect(answer).toMatchObject({ ok: false, fault: 'unsupported' })
  })

  it.each(['dsse/0.0.2', 'intoto/0.0.1'])('that says it is of kind %s and is not, is a mismatch', (said) => {
    const [kind = '', version = ''] = said.split('/')
    expect(swapped((own) => [{ ...own, kindVersion: { kind, version } }])).toMatchObject({ fault: 'log-mismatch' })
  })

  it('of another kind that looks like intoto 0.0.1 is a mismatch', () => {
    const { bundle, logged: about } = signEnvelope(pki)
    const right = { ...about, payload: Buffer.from(bundle.dsseEnvelope!.payload, 'base64') }
    const body = { ...envelopeBody('intoto/0.0.1', right), kind: 'alike' }
    const entry = { ...logged(pki, body), kindVersion: { kind: 'intoto', version: '0.0.1' } }
    bundle.verificationMaterial.tlogEntries = [entry]
    expect(prove(pki, bundle)).toMatchObject({ ok: false, fault: 'log-mismatch' })
  })

  it.each(['kind', 'apiVersion'])('whose body calls itself another %s than intoto 0.0.1 is a mismatch', (field) => {
    const { bundle, logged: about } = signEnvelope(pki)
    const right = { ...about, payload: Buffer.from(bundle.dsseEnvelope!.payload, 'base64') }
    const body = { ...envelopeBody('intoto/0.0.1', right), [field]: '0.0.2' }
    bundle.verificationMaterial.tlogEntries = [
      { ...logged(pki, body), kindVersion: { kind: 'intoto', version: '0.0.1' } },
    ]
    expect(prove(pki, bundle)).toMatchObject({ ok: false, fault: 'log-mismatch' })
  })

  it('of kind intoto 0.0.1 beside a message is a mismatch, as it can only be about an envelope', () => {
    const { bundle, logged: about } = signMessage(pki)
    const body = envelopeBody('intoto/0.0.1', about)
    bundle.verificationMaterial.tlogEntries = [
      { ...logged(pki, body), kindVersion: { kind: 'intoto', version: '0.0.1' } },
    ]
    expect(prove(pki, bundle, CERTIFICATE, { artifact: IMAGE })).toMatchObject({ ok: false, fault: 'log-mismatch' })
  })

  it.each(KINDS)('of kind %s that names a certificate does not speak of its key', (kind) => {
    const keys = ecKeys()
    const der = leafCertificate(pki, keys.publicKey)
    const { bundle, logged: about } = signEnvelope(pki, statement(), { by: 'key', keys })
    const right = { ...about, payload: Buffer.from(bundle.dsseEnvelope!.payload, 'base64') }
    const entry = (verifier: typeof about.verifier) => entryOf(pki, envelopeBody(kind, { ...right, verifier }))
    const judge = (tlogEntries: LogEntry[]) =>
      prove(
        pki,
        { ...bundle, verificationMaterial: { ...bundle.verificationMaterial, tlogEntries } },
        keyDemand(keys.publicKey, { log: 1 }),
      )
    expect(judge([entry(about.verifier)])).toMatchObject({ ok: true })
    expect(judge([entry({ kind: 'certificate', der })])).toMatchObject({ ok: false, fault: 'log-mismatch' })
  })

  it('may write certificate and key in lines of any length', () => {
    for (const by of ['certificate', 'key'] as const) {
      const { bundle, keys, logged: about } = signEnvelope(pki, statement(), { by })
      const right = { ...about, payload: Buffer.from(bundle.dsseEnvelope!.payload, 'base64') }
      const body = JSON.parse(JSON.stringify(envelopeBody('dsse/0.0.1', right)))
      const [signature] = body.spec.signatures
      const text = Buffer.from(signature.verifier, 'base64').toString()
      signature.verifier = Buffer.from(text.replace(/(?<=[A-Za-z0-9+/=])\n(?=[A-Za-z0-9+/=])/g, '')).toString('base64')
      bundle.verificationMaterial.tlogEntries = [entryOf(pki, body)]
      const demand = by === 'key' ? keyDemand(keys.publicKey, { log: 1 }) : CERTIFICATE
      expect(prove(pki, bundle, demand)).toMatchObject({ ok: true })
    }
  })

  it('of kind intoto 0.0.1 must be in the log like any other', () => {
    const { bundle } = signEnvelope(pki, statement(), { log: 'intoto/0.0.1', inclusion: { proof: false } })
    const promise = bundle.verificationMaterial.tlogEntries[0]!.inclusionPromise!
    bundle.mediaType = 'application/vnd.dev.sigstore.bundle+json;version=0.1'
    expect(prove(pki, bundle)).toMatchObject({ ok: true })
    promise.signedEntryTimestamp = Buffer.alloc(70).toString('base64')
    expect(prove(pki, bundle)).toMatchObject({ ok: false, fault: 'log-invalid' })
  })
})
