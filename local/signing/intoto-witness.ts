import { envelopeToJSON } from '@sigstore/bundle'
import type { Witness } from '@sigstore/sign'
import { z } from 'zod'

const Entry = z.object({
  body: z.base64(),
  integratedTime: z.int(),
  logID: z.hex(),
  logIndex: z.int(),
  verification: z.object({ signedEntryTimestamp: z.base64() }),
})

/** Has a Rekor v1 log witness envelopes as `intoto` 0.0.1, the kind cosign logged attestations as until July 2023. */
export function intotoWitness(url: string): Witness {
  return {
    async testify(content, keyOrCertificate) {
      if (content.$case !== 'dsseEnvelope') throw new TypeError('only an envelope can be logged as intoto')
      const envelope = JSON.stringify(envelopeToJSON(content.dsseEnvelope))
      const spec = { content: { envelope }, publicKey: Buffer.from(keyOrCertificate).toString('base64') }
      const body = JSON.stringify({ kind: 'intoto', apiVersion: '0.0.1', spec })
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(`${url}/api/v1/log/entries`, { method: 'POST', headers, body })
      if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${await response.text()}`)
      const entries = Object.values(z.record(z.string(), Entry).parse(await response.json()))
      return { tlogEntries: entries.map(toBundleEntry) }
    },
  }
}

function toBundleEntry(entry: z.infer<typeof Entry>) {
  return {
    logIndex: `${entry.logIndex}`,
    logId: { keyId: Buffer.from(entry.logID, 'hex') },
    kindVersion: { kind: 'intoto', version: '0.0.1' },
    integratedTime: `${entry.integratedTime}`,
    inclusionPromise: { signedEntryTimestamp: Buffer.from(entry.verification.signedEntryTimestamp, 'base64') },
    inclusionProof: undefined,
    canonicalizedBody: Buffer.from(entry.body, 'base64'),
  }
}
