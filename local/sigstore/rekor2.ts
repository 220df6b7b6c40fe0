import { sign } from 'node:crypto'
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
// The only kind Rekor v2 takes: an envelope is logged by the hash of what its signature covers
const Request = z.object({
  hashedRekordRequestV002: z.object({
    digest: z.base64(),
    signature: z.object({ content: z.base64(), verifier: Verifier }),
  }),
})

/** Logs an entry as Rekor v2 does: no time and no promise, only the proof under a checkpoint. */
export function createEntry2(request: unknown, log: TransparencyLog, key: KeyPair, now: Date) {
  const body = entryBody(Request.parse(request))
  const integratedTime = Math.floor(now.getTime() / 1000)
  const { index } = log.find(hashLeaf(body)) ?? log.append({ body: body.toString('base64'), integratedTime })
  const { size, root, hashes } = log.inclusion(index)
  const keyId = noteKeyId(key.publicKey)
  const signed = (note: Buffer) => sign(null, note, key.privateKey)
  return {
    logIndex: `${index}`,
    logId: { keyId: keyId.toString('base64') },
    kindVersion: { kind: 'hashedrekord', version: '0.0.2' },
    inclusionProof: {
      logIndex: `${index}`,
      treeSize: `${size}`,
      rootHash: root.toString('base64'),
      hashes: hashes.map((hash) => hash.toString('base64')),
      checkpoint: { envelope: checkpoint({ origin: LOG_NAME, keyId }, { size, root }, signed) },
    },
    canonicalizedBody: body.toString('base64'),
  }
}

// https://github.com/sigstore/protobuf-specs/blob/main/protos/rekor/v2/hashedrekord.proto
function entryBody({ hashedRekordRequestV002: { digest, signature } }: z.infer<typeof Request>): Buffer {
  const hashedRekordV002 = { data: { algorithm: 'SHA2_256', digest }, signature }
  return Buffer.from(canonical({ apiVersion: '0.0.2', kind: 'hashedrekord', spec: { hashedRekordV002 } }), 'utf8')
}
