import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { Key, Metadata, MetaFile, Root, Signature, Snapshot, TargetFile, Targets, Timestamp } from '@tufjs/models'

export type TarEntry = { readonly path: string; readonly content: Buffer; readonly type?: string }

/** A ustar archive. */
export function tar(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap(({ path, content, type = '0' }) => {
    const header = Buffer.alloc(512)
    header.write(path, 0, 100)
    header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124)
    header.write(type, 156)
    header.write('ustar\x0000', 257)
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}

/** A key pair of one role, as TUF names it. */
export function roleKey(id: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex')
  return { id, privateKey, key: new Key({ keyID: id, keyType: 'ed25519', scheme: 'ed25519', keyVal: { public: raw } }) }
}
type RoleKey = ReturnType<typeof roleKey>

export type Repository = {
  readonly root: string
  /** Files by path, to be changed before they are packed. */
  readonly files: Map<string, Buffer>
  readonly keys: { readonly first: RoleKey; readonly second: RoleKey }
}

/** A TUF repository of one target; its keys rotate once, from `first` to `second`, where `rotated`. */
export function repositoryOf(
  target: string,
  { consistent = true, rotated = false, name = 'trusted_root.json' } = {},
): Repository {
  const keys = { first: roleKey('a'), second: roleKey('b') }
  const current = rotated ? keys.second : keys.first
  const content = Buffer.from(target)
  const sha256 = createHash('sha256').update(content).digest('hex')
  const targets = new Targets({
    ...COMMON,
    version: 5,
    targets: { [name]: new TargetFile({ path: name, length: content.length, hashes: { sha256 } }) },
  })
  const snapshot = new Snapshot({ ...COMMON, version: 4, meta: { 'targets.json': new MetaFile({ version: 5 }) } })
  const timestamp = new Timestamp({ ...COMMON, version: 3, snapshotMeta: new MetaFile({ version: 4 }) })
  const versioned = (version: number, file: string) => (consistent ? `${version}.${file}` : file)
  const slash = name.lastIndexOf('/') + 1
  const file = consistent ? `${name.slice(0, slash)}${sha256}.${name.slice(slash)}` : name
  const files = new Map([
    ['timestamp.json', signed(timestamp, current)],
    [versioned(4, 'snapshot.json'), signed(snapshot, current)],
    [versioned(5, 'targets.json'), signed(targets, current)],
    [`targets/${file}`, content],
  ])
  if (rotated) files.set('2.root.json', signed(rootOf(2, keys.second, consistent), keys.first, keys.second))
  return { root: signed(rootOf(1, keys.first, consistent), keys.first).toString('base64'), files, keys }
}

/** The files packed as upstream packs them. */
export function packed(files: ReadonlyMap<string, Buffer>, folder = 'repository/'): string {
  const entries = [...files].flatMap(([path, content]) => {
    const name = `${folder}${path}`
    const long: TarEntry = { path: '././@LongLink', content: Buffer.from(`${name}\0`), type: 'L' }
    return [...(name.length > 100 ? [long] : []), { path: name.slice(0, 100), content }]
  })
  return gzipSync(tar([{ path: folder, content: Buffer.alloc(0), type: '5' }, ...entries])).toString('base64')
}

// Expired long ago: a packed repository is what it is.
const COMMON = { specVersion: '1.0.31', expires: '2020-01-01T00:00:00Z' }

/** A root whose roles all have one key. */
export function rootOf(version: number, { key }: RoleKey, consistentSnapshot = true): Root {
  const root = new Root({ ...COMMON, version, consistentSnapshot })
  for (const role of ['root', 'timestamp', 'snapshot', 'targets']) root.addKey(key, role)
  return root
}

/** Metadata as a file, signed with each of these keys. */
export function signed<Part extends Root | Timestamp | Snapshot | Targets>(part: Part, ...by: RoleKey[]): Buffer {
  const metadata = new Metadata<Part>(part)
  for (const { privateKey, id } of by) metadata.sign(signer(privateKey, id))
  return Buffer.from(JSON.stringify(metadata.toJSON()))
}

function signer(privateKey: KeyObject, id: string) {
  return (bytes: Buffer) => new Signature({ keyID: id, sig: sign(null, bytes, privateKey).toString('hex') })
}
