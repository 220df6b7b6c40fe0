import { ASN1Obj } from '@sigstore/core'
import { z } from 'zod'
import { BadInput } from '../../lambda/core/bad-input.ts'
import { integer, OID, octets, oid, sequence } from './der.ts'

/** What a client asks a timestamp authority for; the parts it does not look into stay as DER. */
export type TimestampRequest = {
  readonly messageImprint: Uint8Array
  readonly policy: Uint8Array
  readonly nonce?: Uint8Array
  readonly certificate: boolean
}

const JsonRequest = z.object({
  artifactHash: z.base64(),
  hashAlgorithm: z.literal('sha256'),
  nonce: z.int().nonnegative().optional(),
  certificates: z.boolean().default(false),
})
const DEFAULT_POLICY = oid(OID.timestampPolicy)

/** Reads a request as sigstore-js sends it. */
export function jsonRequest(text: string): TimestampRequest {
  const { artifactHash, nonce, certificates } = JsonRequest.parse(JSON.parse(text))
  return {
    messageImprint: sequence(sequence(oid(OID.sha256)), octets(Buffer.from(artifactHash, 'base64'))),
    policy: DEFAULT_POLICY,
    certificate: certificates,
    ...(nonce !== undefined && { nonce: integer(nonce) }),
  }
}

/** Reads a TimeStampReq (RFC 3161, section 2.4.1). */
export function derRequest(bytes: Buffer<ArrayBuffer>): TimestampRequest {
  const [version, messageImprint, ...optional] = parse(bytes).subs
  if (version === undefined || messageImprint === undefined) {
    throw new BadInput('the timestamp request has no version and message imprint')
  }
  const tagged = (number: number) => optional.find((one) => one.tag.isUniversal() && one.tag.number === number)
  const nonce = tagged(0x02)
  return {
    messageImprint: messageImprint.toDER(),
    policy: tagged(0x06)?.toDER() ?? DEFAULT_POLICY,
    certificate: tagged(0x01)?.toBoolean() ?? false,
    ...(nonce && { nonce: nonce.toDER() }),
  }
}

function parse(bytes: Buffer<ArrayBuffer>): ASN1Obj {
  try {
    return ASN1Obj.parseBuffer(bytes)
  } catch (cause) {
    throw new BadInput('the timestamp request is not DER', { cause })
  }
}
