import { generateKeyPairSync, hash, sign } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import canonicalize from 'canonicalize'
import type { Mirror } from '../../lambda/core/policy/policy.ts'
import { listen, shut } from '../../local/runtime/listen.ts'
import type { KeyPair } from '../../local/sigstore/authority.ts'

export const ROLES = ['root', 'timestamp', 'snapshot', 'targets'] as const
export type Role = (typeof ROLES)[number]

/** The signed part of a metadata file, as JSON that a test may change before it is signed. */
export type Signed = { version: number; expires: string; [field: string]: unknown }
type Change = (signed: Signed) => void
/** What is served at a path: bytes, or an answer of its own. */
type Served = Buffer | ((response: ServerResponse) => void)

export type Repository = Awaited<ReturnType<typeof startRepository>>

const NEVER = '2099-01-01T00:00:00Z'

export function newKey(): KeyPair {
  return generateKeyPairSync('ed25519')
}

/** A TUF repository on a loopback port, every file of which a test can have say the wrong thing. It signs with one key a role. */
export async function startRepository(target = 'trusted_root.json') {
  const keys: Record<Role, KeyPair> = { root: newKey(), timestamp: newKey(), snapshot: newKey(), targets: newKey() }
  const files = new Map<string, Served>()
  const asked: string[] = []
  const versions = { root: 0, others: 0 }
  const server = createServer(({ url = '' }, response) => {
    asked.push(url)
    const served = files.get(url)
    if (typeof served === 'function') served(response)
    else response.writeHead(served === undefined ? 404 : 200).end(served)
  })
  const url = await listen(server, 0)

  /** Signs and serves a file; without `by`, with the key of its role. */
  function put(path: string, role: Role, signed: Signed, by: readonly KeyPair[] = [keys[role]]): Buffer {
    const bytes = Buffer.from(canonicalize(signed) ?? '')
    const signatures = by.map((key) => ({ keyid: keyId(key), sig: sign(null, bytes, key.privateKey).toString('hex') }))
    const file = Buffer.from(JSON.stringify({ signatures, signed }))
    files.set(path, file)
    return file
  }

  /** Puts out the next root, signed by the keys of the last one and of its own. */
  function putRoot(change: Change = () => {}, by: readonly KeyPair[] = [keys.root]): Buffer {
    versions.root += 1
    const roles = Object.fromEntries(ROLES.map((role) => [role, { keyids: [keyId(keys[role])], threshold: 1 }]))
    const all = Object.fromEntries(ROLES.map((role) => [keyId(keys[role]), keyJson(keys[role])]))
    const signed = { ...signedOf('root', versions.root), consistent_snapshot: true, keys: all, roles }
    change(signed)
    return put(`/${versions.root}.root.json`, 'root', signed, by)
  }

  /** Puts out a new version of all but the root. `change`: what a role says otherwise. */
  function publish(content: string, change: Partial<Record<Role, Change>> = {}): void {
    versions.others += 1
    const version = versions.others
    const bytes = Buffer.from(content)
    const sha256 = hash('sha256', bytes)
    const write = (role: Role, path: string, fields: object) => {
      const signed = { ...signedOf(role, version), ...fields }
      change[role]?.(signed)
      return describe(put(path, role, signed), version)
    }
    const targets = write('targets', `/${version}.targets.json`, {
      targets: { [target]: { length: bytes.length, hashes: { sha256 } } },
    })
    const snapshot = write('snapshot', `/${version}.snapshot.json`, { meta: { 'targets.json': targets } })
    write('timestamp', '/timestamp.json', { meta: { 'snapshot.json': snapshot } })
    const slash = target.lastIndexOf('/') + 1
    const path = `${url}/targets/${target.slice(0, slash)}${sha256}.${target.slice(slash)}`
    files.set(new URL(path).pathname, bytes)
  }

  const root = putRoot().toString('base64')
  return {
    keys,
    files,
    /** Paths in the order they were asked for. */
    asked,
    mirror: { name: 'staging', url, root, target } satisfies Mirror,
    put,
    putRoot,
    publish,
    close: () => shut(server),
  }
}

/** The roles of a root that is about to be signed. */
export function rolesOf(signed: Signed) {
  return signed.roles as Record<Role, { keyids: string[]; threshold: number }>
}

function signedOf(role: Role, version: number): Signed {
  return { _type: role, spec_version: '1.0.31', version, expires: NEVER }
}

function describe(file: Buffer, version: number) {
  return { version, length: file.length, hashes: { sha256: hash('sha256', file) } }
}

export function keyId(key: KeyPair): string {
  return hash('sha256', rawPublicKey(key))
}

export function keyJson(key: KeyPair) {
  return { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: rawPublicKey(key) } }
}

function rawPublicKey({ publicKey }: KeyPair): string {
  return Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString('hex')
}
