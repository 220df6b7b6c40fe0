import { createHash, sign } from 'node:crypto'
import { z } from 'zod'
import type { KeyPair } from './authority.ts'
import { hashLeaf } from './merkle.ts'
import { checkpoint, LOG_NAME, noteKeyId } from './note.ts'
import { canonical } from './rekor-body.ts'
import type { TransparencyLog } from './transparency-log.ts'

const Verifier = z.union([
  z.object({ keyDetails: z.string(), x509Certificate: z.object({ rawBytes: z.base64() }) }),
  z.object({ keyDetails: z.string(), publicKey: z.object({ rawBytes: z.base64() }) }),
])
const HashedRekord = z.object({
  hashedRekordRequestV002: z.object({
    digest: z.base64(),
    signature: z.object({ content: z.base64(), verifier: Verifier }),
  }),
})
const Dsse = z.object({
  dsseRequestV002: z.object({
    envelope: z.object({ payload: z.base64(), signatures: z.tuple([z.object({ sig: z.base64() })]) }),
    verifiers: z.tuple([Verifier]),
  }),
})
const Request = z.union([HashedRekord, Dsse])

/** Logs an entry as Rekor v2 does: no time and no promise, only the proof under a checkpoint. */
export function createEntry2(request: unknown, log: TransparencyLog, key: KeyPair, now: Date) {
  const kindVersion = entryBody(Request.parse(request))
  const { kind, apiVersion: version } = kindVersion
  const body = Buffer.from(canonical(kindVersion), 'utf8')
  const integratedTime = Math.floor(now.getTime() / 1000)
  const { index } = log.find(hashLeaf(body)) ?? log.append({ body: body.toString('base64'), integratedTime })
  const { size, root, hashes } = log.inclusion(index)
  const keyId = noteKeyId(key.publicKey)
  return {
    logIndex: `${index}`,
    logId: { keyId: keyId.toString('base64') },
    kindVersion: { kind, version },
    inclusionProof: {
      logIndex: `${index}`,
      treeSize: `${size}`,
      rootHash: root.toString('base64'),
      hashes: hashes.map((hash) => hash.toString('base64')),
      checkpoint: {
        envelope: checkpoint({ origin: LOG_NAME, keyId }, { size, root }, (note) => sign(null, note, key.privateKey)),
      },
    },
    canonicalizedBody: body.toString('base64'),
  }
}

// https://github.com/sigstore/protobuf-specs/blob/main/protos/rekor/v2/entry.proto
function entryBody(request: z.infer<typeof Request>) {
  if ('hashedRekordRequestV002' in request) {
    const { digest, signature } = request.hashedRekordRequestV002
    const hashedRekordV002 = { data: { algorithm: 'SHA2_256', digest }, signature }
    return { apiVersion: '0.0.2', kind: 'hashedrekord', spec: { hashedRekordV002 } }
  }
  const { envelope, verifiers } = request.dsseRequestV002
  const digest = createHash('sha256').update(Buffer.from(envelope.payload, 'base64')).digest('base64')
  const signatures = [{ content: envelope.signatures[0].sig, verifier: verifiers[0] }]
  return {
    apiVersion: '0.0.2',
    kind: 'dsse',
    spec: { dsseV002: { payloadHash: { algorithm: 'SHA2_256', digest }, signatures } },
  }
}
