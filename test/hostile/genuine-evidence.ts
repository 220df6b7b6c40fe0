import { hash, sign } from 'node:crypto'
import { dsse } from '@sigstore/core'
import type { Demand } from '../../lambda/core/policy/policy.ts'
import { SIGNATURE_ALGORITHM } from '../../local/sigstore/certificate.ts'
import { bits, sequence } from '../../local/sigstore/der.ts'
import { openLog } from '../../local/sigstore/transparency-log.ts'
import { SIMPLE_SIGNING } from '../formats/layouts.ts'
import { CERTIFICATE, DIGEST, keyDemand, SIGN_V1, SLSA, simpleSigning, statement, V03 } from '../trust/bundles.ts'
import { envelopeBody, KINDS } from '../trust/log-bodies.ts'
import { ecKeys, leafCertificate, logged, logged2, NOW, type Pki, stamped } from '../trust/pki.ts'
import { changeJsonText } from './change-evidence.ts'
import type { Corpus } from './corpus.ts'
import { readDer, writeDer } from './der-tree.ts'
import type { Input, Specimen } from './mutant.ts'
import { mutateDer } from './mutate-der.ts'
import { type Json, mutateJson } from './mutate-json.ts'
import type { Random } from './random.ts'

type Made = { readonly specimen: Specimen; readonly input: Input }

const PAYLOAD_TYPE = 'application/vnd.in-toto+json'
const PAYLOADS = [statement(SIGN_V1, DIGEST, { team: 'blue' }), statement(SLSA)].map((one) =>
  Buffer.from(JSON.stringify(one)),
)
const keys = ecKeys()
const byKey = keyDemand(keys.publicKey)
/** No log and no SCT: both would speak of another certificate. */
const byStampedCertificate: Demand = { signer: { kind: 'certificate', sct: false }, root: 'test', log: 0, timestamp: 1 }
const TIMES = [NOW.toISOString()]

/** A hostile payload that the asked-for key really signed. */
export function signPayload({ donors }: Corpus, random: Random): Made {
  if (random.below(3) === 0) {
    const changed = changeJsonText(simpleSigning(), random, donors)
    const made = (bytes: Buffer): Input => ({ carrier: 'legacy', layer: signedLayer(bytes), bytes })
    return { specimen: specimen('simple signing', made(simpleSigning()), byKey), input: made(changed) }
  }
  const payload = random.pick(PAYLOADS)
  const changed = changeJsonText(payload, random, donors)
  const type =
    random.below(12) === 0
      ? random.pick(['', 'application/json', `${PAYLOAD_TYPE} `, '\u0130'.repeat(9)])
      : PAYLOAD_TYPE
  const made = (bytes: Buffer, payloadType: string) =>
    inBundle(
      { publicKey: { hint: '' } },
      bytes,
      payloadType,
      sign('sha256', dsse.preAuthEncoding(payloadType, bytes), keys.privateKey),
    )
  return { specimen: specimen('statement', made(payload, PAYLOAD_TYPE), byKey), input: made(changed, type) }
}

/** A hostile certificate that the trusted authority really issued. */
export function issueCertificate({ pki, donors }: Corpus, random: Random): Made {
  const payload = random.pick(PAYLOADS)
  const signature = sign('sha256', dsse.preAuthEncoding(PAYLOAD_TYPE, payload), keys.privateKey)
  const rfc3161Timestamps = [{ signedTimestamp: stamped(pki, signature) }]
  const made = (certificate: Buffer) =>
    inBundle(
      { certificate: { rawBytes: certificate.toString('base64') }, timestampVerificationData: { rfc3161Timestamps } },
      payload,
      PAYLOAD_TYPE,
      signature,
    )
  const certificate = leafCertificate(pki, keys.publicKey, { sct: 'none' })
  const [outer] = readDer(certificate) ?? []
  const [tbs] = outer !== undefined && !Buffer.isBuffer(outer.content) ? outer.content : []
  if (tbs === undefined) throw new Error('no certificate')
  const changed = mutateDer(writeDer([tbs]), random, donors.der)
  const issued = sequence(changed, SIGNATURE_ALGORITHM, bits(sign('sha256', changed, pki.authority.fulcio.privateKey)))
  return { specimen: specimen('issued', made(certificate), byStampedCertificate), input: made(issued) }
}

/** A hostile entry that the trusted log really took in. */
export function logBody({ pki, donors }: Corpus, random: Random): Made {
  const payload = random.pick(PAYLOADS)
  const signature = sign('sha256', dsse.preAuthEncoding(PAYLOAD_TYPE, payload), keys.privateKey)
  const der = leafCertificate(pki, keys.publicKey)
  const kind = random.pick(KINDS)
  const body = envelopeBody(kind, { payload, signature, verifier: { kind: 'certificate', der } })
  const rfc3161Timestamps = [{ signedTimestamp: stamped(pki, signature) }]
  const made = (json: Json) => {
    const [name = '', version = ''] = kind.split('/')
    const entry = { ...enter(pki, kind, json as object), kindVersion: { kind: name, version } }
    const certificate = { rawBytes: der.toString('base64') }
    const material = { certificate, tlogEntries: [entry], timestampVerificationData: { rfc3161Timestamps } }
    return inBundle(material, payload, PAYLOAD_TYPE, signature)
  }
  const changed = mutateJson(JSON.parse(JSON.stringify(body)) as Json, random, { ...donors, json: [body as Json] })
  const entered = isRecord(changed) ? wellFormed(changed) : (body as Json)
  return { specimen: specimen(`logged as ${kind}`, made(body as Json), CERTIFICATE), input: made(entered) }
}

/** In a log of its own, so that a long run makes no long log. */
function enter({ authority }: Pki, kind: string, body: object) {
  const fresh = { authority, log: openLog(undefined), log2: openLog(undefined) }
  const named = { kind: '', apiVersion: '', ...body }
  return kind.endsWith('rekord/0.0.2') || kind === 'dsse/0.0.2' ? logged2(fresh, named) : logged(fresh, named)
}

function inBundle(material: object, payload: Buffer, payloadType: string, signature: Buffer): Input {
  const dsseEnvelope = {
    payload: payload.toString('base64'),
    payloadType,
    signatures: [{ sig: signature.toString('base64'), keyid: '' }],
  }
  const verificationMaterial = { tlogEntries: [], ...material }
  return {
    carrier: 'bundle',
    bytes: Buffer.from(JSON.stringify({ mediaType: V03, verificationMaterial, dsseEnvelope })),
  }
}

function signedLayer(bytes: Buffer) {
  const signature = sign('sha256', bytes, keys.privateKey).toString('base64')
  const annotations = { 'dev.cosignproject.cosign/signature': signature }
  return {
    mediaType: SIMPLE_SIGNING,
    digest: `sha256:${hash('sha256', bytes)}`,
    size: bytes.length,
    annotations,
  } as const
}

function specimen(name: string, input: Input, demand: Demand): Specimen {
  return { name, input, demand, times: TIMES }
}

/** Canonical JSON knows no lone surrogates, so no log takes them in. */
function wellFormed(json: Json): Json {
  return JSON.parse(JSON.stringify(json).replace(/\\u[dD][0-9a-fA-F]{3}/g, '?')) as Json
}

function isRecord(json: Json): json is { [key: string]: Json } {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}
