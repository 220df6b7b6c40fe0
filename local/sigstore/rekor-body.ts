import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import { z } from 'zod'
import { BadInput } from '../../lambda/core/bad-input.ts'

const Sha256 = z.object({ algorithm: z.literal('sha256'), value: z.hex().length(64) })
const HashedRekord = z.object({
  kind: z.literal('hashedrekord'),
  apiVersion: z.literal('0.0.1'),
  spec: z.object({
    data: z.object({ hash: Sha256 }),
    signature: z.object({ content: z.base64(), publicKey: z.object({ content: z.base64() }) }),
  }),
})
const Dsse = z.object({
  kind: z.literal('dsse'),
  apiVersion: z.literal('0.0.1'),
  spec: z.object({ proposedContent: z.object({ envelope: z.string(), verifiers: z.array(z.base64()).min(1) }) }),
})
const Proposed = z.discriminatedUnion('kind', [HashedRekord, Dsse])
const Envelope = z.object({ payload: z.base64(), signatures: z.array(z.object({ sig: z.base64() })).min(1) })

/** The canonical body under which Rekor v1 logs a proposed entry. Its signature is not verified. */
export function canonicalBody(proposed: unknown): Buffer {
  const entry = Proposed.parse(proposed)
  return Buffer.from(canonical(entry.kind === 'dsse' ? dsseBody(entry) : entry), 'utf8')
}

// https://github.com/sigstore/rekor/blob/main/pkg/types/dsse/v0.0.1/dsse_v0_0_1_schema.json: hashes, not the content
function dsseBody(entry: z.infer<typeof Dsse>) {
  const { envelope: text, verifiers } = entry.spec.proposedContent
  const envelope = Envelope.parse(JSON.parse(text))
  const signatures = envelope.signatures.map(({ sig }, index) => ({
    signature: sig,
    verifier: verifiers[index] ?? verifiers[0],
  }))
  return {
    kind: entry.kind,
    apiVersion: entry.apiVersion,
    spec: {
      envelopeHash: sha256(text),
      payloadHash: sha256(Buffer.from(envelope.payload, 'base64')),
      signatures,
    },
  }
}

/** JSON as RFC 8785 writes it. */
export function canonical(value: unknown): string {
  const text = canonicalize(value)
  if (text === undefined) throw new BadInput('the value has no JSON form')
  return text
}

function sha256(data: string | Uint8Array): z.infer<typeof Sha256> {
  return { algorithm: 'sha256', value: createHash('sha256').update(data).digest('hex') }
}
