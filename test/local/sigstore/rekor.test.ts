import { createHash, createPublicKey, verify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openAuthority } from '../../../local/sigstore/authority.ts'
import { rekor } from '../../../local/sigstore/rekor.ts'
import { canonical } from '../../../local/sigstore/rekor-body.ts'
import { openLog } from '../../../local/sigstore/transparency-log.ts'

const NOW = new Date('2026-03-01T12:00:00.500Z')
const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')
const base64 = (text: string) => Buffer.from(text).toString('base64')

const hashedRekord = (content: string) => ({
  kind: 'hashedrekord',
  apiVersion: '0.0.1',
  spec: {
    data: { hash: { algorithm: 'sha256', value: sha256(content) } },
    signature: { content: base64('signature'), publicKey: { content: base64('key') } },
  },
})
const envelope = JSON.stringify({
  payload: base64('{}'),
  payloadType: 'x',
  signatures: [{ sig: base64('s'), keyid: '' }],
})
const hashes = {
  envelope: { algorithm: 'sha256', value: sha256(envelope) },
  payload: { algorithm: 'sha256', value: sha256('{}') },
}

type Entry = {
  body: string
  integratedTime: number
  logID: string
  logIndex: number
  verification: {
    signedEntryTimestamp: string
    inclusionProof: { checkpoint: string; rootHash: string; treeSize: number }
  }
}
function entryOf(answer: unknown): Entry {
  return Object.values(answer as Record<string, Entry>)[0]!
}

describe('Rekor v1', () => {
  const service = () => rekor(openLog(undefined), openAuthority(undefined, NOW).rekor)

  it.each([
    ['a hashedrekord as it is', hashedRekord('x'), hashedRekord('x')],
    [
      'an envelope by its hashes, signature and verifier',
      { kind: 'dsse', apiVersion: '0.0.1', spec: { proposedContent: { envelope, verifiers: [base64('key')] } } },
      {
        kind: 'dsse',
        apiVersion: '0.0.1',
        spec: {
          envelopeHash: hashes.envelope,
          payloadHash: hashes.payload,
          signatures: [{ signature: base64('s'), verifier: base64('key') }],
        },
      },
    ],
    [
      'an old attestation by its hashes and key',
      { kind: 'intoto', apiVersion: '0.0.1', spec: { content: { envelope }, publicKey: base64('key') } },
      {
        kind: 'intoto',
        apiVersion: '0.0.1',
        spec: { content: { hash: hashes.envelope, payloadHash: hashes.payload }, publicKey: base64('key') },
      },
    ],
  ])('logs %s', (_, proposed, logged) => {
    const log = service()
    const entry = entryOf(log.entry(log.create(proposed, NOW).uuid))
    expect(JSON.parse(Buffer.from(entry.body, 'base64').toString())).toEqual(logged)
  })

  it.each([
    ['an unknown kind', { kind: 'rpm', apiVersion: '0.0.1', spec: {} }],
    ['another version', { ...hashedRekord('x'), apiVersion: '0.0.2' }],
    [
      'another hash',
      { ...hashedRekord('x'), spec: { ...hashedRekord('x').spec, data: { hash: { algorithm: 'md5' } } } },
    ],
  ])('refuses %s', (_, proposed) => {
    expect(() => service().create(proposed, NOW)).toThrow()
  })

  it('promises and proves an entry under its key', () => {
    const log = service()
    log.create(hashedRekord('first'), NOW)
    const { verification, ...payload } = entryOf(log.entry(log.create(hashedRekord('second'), NOW).uuid))
    const { checkpoint, rootHash, treeSize } = verification.inclusionProof
    const key = createPublicKey(log.publicKey)
    const promise = Buffer.from(verification.signedEntryTimestamp, 'base64')
    expect(verify('sha256', Buffer.from(canonical(payload)), key, promise)).toBe(true)
    expect(payload).toMatchObject({ logIndex: 1, integratedTime: Math.floor(NOW.getTime() / 1000) })

    const [note = '', signature = ''] = checkpoint.split('\n\n')
    expect(note.split('\n').slice(1)).toEqual([`${treeSize}`, Buffer.from(rootHash, 'hex').toString('base64')])
    const signed = Buffer.from(signature.trim().split(' ')[2] ?? '', 'base64')
    expect(signed.subarray(0, 4).toString('hex')).toBe(payload.logID.slice(0, 8))
    expect(verify('sha256', Buffer.from(`${note}\n`), key, signed.subarray(4))).toBe(true)
  })

  it('logs the same entry once', () => {
    const log = service()
    const first = log.create(hashedRekord('x'), NOW)
    const again = log.create(hashedRekord('x'), new Date(NOW.getTime() + 1000))
    expect(again).toEqual({ uuid: first.uuid, known: true })
    expect(log.info()).toMatchObject({ treeSize: 1 })
    expect(entryOf(log.entryAt(0)).body).toBe(entryOf(log.entry(first.uuid)).body)
    expect(Object.keys(log.entryAt(0) as object)).toEqual([first.uuid])
    expect(log.entryAt(1)).toBeUndefined()
  })
})
