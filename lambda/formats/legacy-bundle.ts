import type { ClaimContent } from '../core/evidence.ts'
import { isObject } from '../core/is-object.ts'
import type { Descriptor } from '../core/manifest.ts'
import { pemCertificates } from '../core/pem.ts'
import { NotReadable, readable, readObject } from './format.ts'

// https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md
const SIMPLE_SIGNING_LAYER = 'application/vnd.dev.cosign.simplesigning.v1+json'
const DSSE_LAYER = 'application/vnd.dsse.envelope.v1+json'

// Only 0.1 takes a promise of inclusion without a proof, which is all that these annotations hold
const BUNDLE_01 = 'application/vnd.dev.sigstore.bundle+json;version=0.1'
const MAX_ANNOTATIONS = 1024 * 1024

/** Whether a layer holds a signature as cosign 1 and 2 write it: a signed payload, or an envelope. */
export function isLegacyLayer({ mediaType }: Descriptor): boolean {
  return mediaType === SIMPLE_SIGNING_LAYER || mediaType === DSSE_LAYER
}

/** Turns a legacy layer and its annotations into a Sigstore bundle, so that one verifier serves every carrier. */
export function legacyBundle(layer: Descriptor, bytes: Uint8Array): ClaimContent {
  return readable(() => {
    const { annotations } = layer
    const length = Object.values(annotations).reduce((sum, value) => sum + value.length, 0)
    if (length > MAX_ANNOTATIONS) {
      const detail = `annotations of ${length} characters; at most ${MAX_ANNOTATIONS} are read`
      throw new NotReadable(detail, 'over-limit')
    }
    const verificationMaterial = {
      ...signingKey(annotations['dev.sigstore.cosign/certificate'], annotations['dev.sigstore.cosign/chain']),
      tlogEntries: logEntries(annotations['dev.sigstore.cosign/bundle']),
      timestampVerificationData: timestamps(annotations['dev.sigstore.cosign/rfc3161timestamp']),
    }
    const common = { mediaType: BUNDLE_01, verificationMaterial }
    if (layer.mediaType === DSSE_LAYER)
      return { kind: 'bundle', bundle: { ...common, dsseEnvelope: readObject(bytes, 'the envelope') }, envelope: bytes }
    const messageSignature = messageSignatureOf(layer)
    return { kind: 'bundle', bundle: { ...common, messageSignature }, artifact: bytes }
  })
}

function messageSignatureOf(layer: Descriptor): unknown {
  const signature = layer.annotations['dev.cosignproject.cosign/signature']
  if (!signature) throw new NotReadable('no annotation dev.cosignproject.cosign/signature')
  const digest = Buffer.from(layer.digest.slice('sha256:'.length), 'hex').toString('base64')
  return { messageDigest: { algorithm: 'SHA2_256', digest }, signature }
}

function signingKey(pem: string | undefined, chain = ''): object {
  if (!pem) return { publicKey: { hint: '' } }
  const [leaf] = certificatesIn(pem)
  if (leaf === undefined) throw new NotReadable('annotation dev.sigstore.cosign/certificate is not a PEM certificate')
  return { x509CertificateChain: { certificates: [leaf, ...certificatesIn(chain)] } }
}

function certificatesIn(pem: string): { readonly rawBytes: string }[] {
  return pemCertificates(pem).map((der) => ({ rawBytes: der.toString('base64') }))
}

function logEntries(text: string | undefined): unknown[] {
  if (!text) return []
  const { SignedEntryTimestamp, Payload } = readObject(Buffer.from(text), 'annotation dev.sigstore.cosign/bundle')
  if (typeof SignedEntryTimestamp !== 'string' || !isObject(Payload))
    throw new NotReadable('the log entry is incomplete')
  const { body, integratedTime, logIndex, logID } = Payload
  if (typeof body !== 'string' || typeof logID !== 'string') throw new NotReadable('the log entry is incomplete')
  if (!Number.isSafeInteger(integratedTime) || !Number.isSafeInteger(logIndex)) {
    throw new NotReadable('time and index of the log entry are not whole numbers')
  }
  const { kind, apiVersion } = readObject(Buffer.from(body, 'base64'), 'the body of the log entry')
  return [
    {
      logIndex: String(logIndex),
      logId: { keyId: Buffer.from(logID, 'hex').toString('base64') },
      kindVersion: { kind, version: apiVersion },
      integratedTime: String(integratedTime),
      inclusionPromise: { signedEntryTimestamp: SignedEntryTimestamp },
      canonicalizedBody: body,
    },
  ]
}

function timestamps(text: string | undefined): object | undefined {
  if (!text) return undefined
  const { SignedRFC3161Timestamp } = readObject(Buffer.from(text), 'annotation dev.sigstore.cosign/rfc3161timestamp')
  if (typeof SignedRFC3161Timestamp !== 'string') throw new NotReadable('the RFC 3161 timestamp is missing')
  return { rfc3161Timestamps: [{ signedTimestamp: SignedRFC3161Timestamp }] }
}
