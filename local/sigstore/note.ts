import { createHash, type KeyObject } from 'node:crypto'
import type { Inclusion } from './transparency-log.ts'

// c2sp.org/signed-note: the algorithm byte of an Ed25519 key
const ED25519 = 1

/** The name the logs sign with: their host without its port, as verifiers expect it. */
export const LOG_NAME = '127.0.0.1'

/** The head of a log as a signed note (c2sp.org/tlog-checkpoint). The key hint is the start of the key's id. */
export function checkpoint(
  log: { readonly origin: string; readonly keyId: Uint8Array },
  head: Pick<Inclusion, 'size' | 'root'>,
  sign: (note: Buffer) => Buffer,
): string {
  const note = `${log.origin}\n${head.size}\n${head.root.toString('base64')}\n`
  const signature = Buffer.concat([log.keyId.subarray(0, 4), sign(Buffer.from(note, 'utf8'))])
  return `${note}\n— ${LOG_NAME} ${signature.toString('base64')}\n`
}

/** The id of an Ed25519 key that signs notes under that name. */
export function noteKeyId(publicKey: KeyObject): Buffer {
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
  return createHash('sha256').update(`${LOG_NAME}\n`).update(Buffer.of(ED25519)).update(raw).digest()
}
