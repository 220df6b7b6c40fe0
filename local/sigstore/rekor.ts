import { sign } from 'node:crypto'
import type { KeyPair } from './authority.ts'
import { logId } from './ct.ts'
import { hashLeaf } from './merkle.ts'
import { checkpoint, LOG_NAME } from './note.ts'
import { publicKeyPem } from './pem.ts'
import { canonical, canonicalBody } from './rekor-body.ts'
import type { LoggedEntry, TransparencyLog } from './transparency-log.ts'

/** Rekor v1 over a log: an entry is answered with a promise (SET) and with a proof under a signed checkpoint. */
export type Rekor = {
  /** Logs a proposed entry; `known` where the very same one is in the log already. */
  readonly create: (proposed: unknown, now: Date) => { readonly uuid: string; readonly known: boolean }
  readonly entry: (uuid: string) => unknown
  readonly entryAt: (index: number) => unknown
  readonly info: () => unknown
  readonly publicKey: string
}

/** A Rekor v1 that keeps its entries in this log. */
export function rekor(log: TransparencyLog, key: KeyPair): Rekor {
  const id = logId(key.publicKey)
  // A tree id is a positive 64-bit number; 16 hex digits of it stand before the leaf hash in an entry's uuid
  const treeId = id.readBigUInt64BE() >> 1n
  const signed = (data: Buffer) => sign('sha256', data, key.privateKey)
  const note = (head: ReturnType<TransparencyLog['head']>) =>
    checkpoint({ origin: `${LOG_NAME} - ${treeId}`, keyId: id }, head, signed)
  const uuidOf = (entry: LoggedEntry) => treeId.toString(16).padStart(16, '0') + entry.leafHash.toString('hex')

  function answer(entry: LoggedEntry | undefined): unknown {
    if (entry === undefined) return undefined
    const payload = {
      body: entry.body,
      integratedTime: entry.integratedTime,
      logID: id.toString('hex'),
      logIndex: entry.index,
    }
    const { size, root, hashes } = log.inclusion(entry.index)
    const inclusionProof = {
      logIndex: entry.index,
      treeSize: size,
      rootHash: root.toString('hex'),
      hashes: hashes.map((hash) => hash.toString('hex')),
      checkpoint: note({ size, root }),
    }
    const signedEntryTimestamp = signed(Buffer.from(canonical(payload), 'utf8')).toString('base64')
    return { [uuidOf(entry)]: { ...payload, verification: { inclusionProof, signedEntryTimestamp } } }
  }

  return {
    create(proposed, now) {
      const body = canonicalBody(proposed)
      const known = log.find(hashLeaf(body))
      const entry =
        known ?? log.append({ body: body.toString('base64'), integratedTime: Math.floor(now.getTime() / 1000) })
      return { uuid: uuidOf(entry), known: known !== undefined }
    },
    entry: (uuid) => answer(log.find(Buffer.from(uuid.slice(-64), 'hex'))),
    entryAt: (index) => answer(log.at(index)),
    info() {
      const head = log.head()
      return {
        treeSize: head.size,
        rootHash: head.root.toString('hex'),
        signedTreeHead: note(head),
        treeID: `${treeId}`,
        inactiveShards: [],
      }
    },
    publicKey: publicKeyPem(key.publicKey),
  }
}
