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
// What cosign logged attestations as before July 2023
const Intoto = z.object({
  kind: z.literal('intoto'),
  apiVersion: z.literal('0.0.1'),
  spec: z.object({ content: z.object({ envelope: z.string() }), publicKey: z.base64() }),
})
const Proposed = z.discriminatedUnion('kind', [HashedRekord, Dsse, Intoto])
const Envelope = z.object({ payload: z.base64(), signatures: z.array(z.object({ sig: z.base64() })).min(1) })

/** The canonical body under which Rekor v1 logs a proposed entry. Its signature is not verified. */
export function canonicalBody(proposed: unknown): Buffer {
  return Buffer.from(canonical(bodyOf(Proposed.parse(proposed))), 'utf8')
}

function bodyOf(entry: z.infer<typeof Proposed>) {
  switch (entry.kind) {
    case 'hashedrekord':
      return entry
    case 'dsse':
      return dsseBody(entry)
    case 'intoto':
      return intotoBody(entry)
  }
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

// https://github.com/sigstore/rekor/blob/main/pkg/types/intoto/v0.0.1/intoto_v0_0_1_schema.json
function intotoBody(entry: z.infer<typeof Intoto>) {
  const { content, publicKey } = entry.spec
  const payload = Buffer.from(Envelope.parse(JSON.parse(content.envelope)).payload, 'base64')
  return { ...entry, spec: { content: { hash: sha256(content.envelope), payloadHash: sha256(payload) }, publicKey } }
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
