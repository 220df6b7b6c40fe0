import { hash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { Metadata, MetadataKind, type Root } from '@tufjs/models'
import { decodeBase64 } from './base64.ts'
import { readTar } from './tar.ts'

const MAX_UNPACKED = 8_388_608
// Upstream's own tool packs the repository within a folder of this name.
const FOLDER = 'repository/'
const HASHES = ['sha256', 'sha512'] as const

type Files = (path: string) => Buffer | undefined

/**
 * The text of a target in a packed TUF repository (tar.gz, base64), if all signatures from `root` (base64) to it hold.
 * Expiry is not looked at: it tells a served repository that stands still, and this one is a part of the document.
 */
export function readTufRepository(
  packed: string,
  root: string,
  target: string,
): { readonly text: string } | { readonly fault: string } {
  const files = unpack(packed)
  if (files === undefined) {
    return {
      fault: `not a tar.gz in base64 of at most ${MAX_UNPACKED} bytes unpacked; or name a file in a TrustedRoot`,
    }
  }
  try {
    return { text: readTarget(files, latestRoot(files, Buffer.from(root, 'base64')), target).toString('utf8') }
  } catch (error) {
    // The library throws errors of many kinds for metadata that is malformed or not signed as it must be.
    return { fault: `the TUF repository does not hold: ${error instanceof Error ? error.message : String(error)}` }
  }
}

function unpack(packed: string): Files | undefined {
  try {
    const files = readTar(gunzipSync(decodeBase64(packed) ?? '', { maxOutputLength: MAX_UNPACKED }))
    return files && ((path) => files.get(`${FOLDER}${path}`) ?? files.get(path))
  } catch {
    return undefined
  }
}

/** TUF specification section 5.3: each root is signed by the one before it and by itself. */
function latestRoot(files: Files, first: Buffer): Metadata<Root> {
  let root = Metadata.fromJSON(MetadataKind.Root, json(first))
  root.verifyDelegate(MetadataKind.Root, root)
  for (;;) {
    const version = root.signed.version + 1
    const file = files(`${version}.root.json`)
    if (file === undefined) return root
    const next = Metadata.fromJSON(MetadataKind.Root, json(file))
    root.verifyDelegate(MetadataKind.Root, next)
    next.verifyDelegate(MetadataKind.Root, next)
    if (next.signed.version !== version) throw new RangeError(`${version}.root.json has another version`)
    root = next
  }
}

/** TUF specification sections 5.4 to 5.7: timestamp, snapshot, targets, and the target itself. */
function readTarget(files: Files, root: Metadata<Root>, name: string): Buffer {
  const consistent = root.signed.consistentSnapshot
  const versioned = (version: number, file: string) => needed(files, consistent ? `${version}.${file}` : file)

  const timestamp = Metadata.fromJSON(MetadataKind.Timestamp, json(needed(files, 'timestamp.json')))
  root.verifyDelegate(MetadataKind.Timestamp, timestamp)

  const { snapshotMeta } = timestamp.signed
  const snapshotFile = versioned(snapshotMeta.version, 'snapshot.json')
  snapshotMeta.verify(snapshotFile)
  const snapshot = Metadata.fromJSON(MetadataKind.Snapshot, json(snapshotFile))
  root.verifyDelegate(MetadataKind.Snapshot, snapshot)
  if (snapshot.signed.version !== snapshotMeta.version) throw new RangeError('snapshot.json has another version')

  const targetsMeta = snapshot.signed.meta['targets.json']
  if (targetsMeta === undefined) throw new RangeError('snapshot.json names no targets.json')
  const targetsFile = versioned(targetsMeta.version, 'targets.json')
  targetsMeta.verify(targetsFile)
  const targets = Metadata.fromJSON(MetadataKind.Targets, json(targetsFile))
  root.verifyDelegate(MetadataKind.Targets, targets)
  if (targets.signed.version !== targetsMeta.version) throw new RangeError('targets.json has another version')

  const entries = new Map(Object.entries(targets.signed.targets))
  const entry = entries.get(name)
  if (entry === undefined)
    throw new RangeError(`no target is called "${name}"; known: ${[...entries.keys()].join(', ')}`)
  const digests = HASHES.flatMap((algorithm) => {
    const digest = entry.hashes[algorithm]
    return digest === undefined ? [] : [{ algorithm, digest }]
  })
  const paths = consistent ? digests.map(({ digest }) => hashedName(name, digest)) : [name]
  const content = paths.map((path) => files(`targets/${path}`)).find((file) => file !== undefined)
  if (content === undefined) throw new RangeError(`it lacks the file of the target "${name}"`)
  const same = digests.every(({ algorithm, digest }) => hash(algorithm, content) === digest)
  if (digests.length === 0 || content.length !== entry.length || !same) {
    throw new RangeError(`the target "${name}" is not the file that is signed for`)
  }
  return content
}

/** With consistent snapshots the digest stands before the last part of a target's path. */
function hashedName(name: string, digest: string): string {
  const folder = name.slice(0, name.lastIndexOf('/') + 1)
  return `${folder}${digest}.${name.slice(folder.length)}`
}

function needed(files: Files, path: string): Buffer {
  const file = files(path)
  if (file === undefined) throw new RangeError(`it lacks ${path}`)
  return file
}

function json(bytes: Buffer) {
  return JSON.parse(bytes.toString('utf8'))
}
