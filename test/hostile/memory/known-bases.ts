import { mkdtempSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BaseSource } from '../../../lambda/bases/base-source.ts'
import { layerFiles } from '../../../lambda/bases/layer-files.ts'
import { readContents } from '../../../lambda/bases/read-contents.ts'
import { chainIds } from '../../../lambda/core/bases/chain-ids.ts'
import type { ChainRecord } from '../../../lambda/core/bases/standing.ts'
import { canonicalJson } from '../../../lambda/core/canonical.ts'
import { digestOf } from '../../../lambda/core/digest-of.ts'
import { type Digest, isDigest } from '../../../lambda/core/image.ts'
import type { PolicySet } from '../../../lambda/core/policy/policy.ts'
import type { ImageRecord } from '../../../lambda/core/status.ts'
import type { EvidenceStore, Registry } from '../../../lambda/ports.ts'
import { roomFor } from '../../../lambda/room.ts'
import { REPOSITORY } from './repository.ts'

/** A BaseImage by which somebody vouches for all that lies in the registry. */
export function baseImage(host: string, key: string): string {
  return `---
apiVersion: assay.dev/v1alpha1
kind: BaseImage
metadata: { name: ours }
spec:
  images: [{ glob: "${host}/**" }]
  mode: warn
  authorities: [{ key: { data: ${JSON.stringify(key)} } }]
`
}

/** Evidence in a folder, so that none of it takes memory of this process. */
export function onDisk(): EvidenceStore {
  const folder = mkdtempSync(join(tmpdir(), 'assay-memory-'))
  const fileOf = (digest: Digest) => join(folder, digest.replace(':', '-'))
  return {
    async put(bytes) {
      const digest = digestOf(bytes)
      await writeFile(fileOf(digest), bytes)
      return digest
    },
    get: async (digest) => readFile(fileOf(digest)).catch(() => undefined),
  }
}

type Place = { readonly host: string; readonly set: PolicySet; readonly evidence: EvidenceStore }

/** Where bases are looked up, these being known and vouched for. */
export async function knowing(
  registry: Registry,
  { host, set, evidence }: Place,
  bases: readonly string[],
): Promise<BaseSource> {
  const records = new Map<string, ImageRecord>()
  const chains = new Map<Digest, ChainRecord>()
  const system = new Map<string, Readonly<Record<string, unknown>>>()
  for (const digest of bases.filter(isDigest)) {
    const id = { host, name: REPOSITORY, digest }
    const read = await readContents(registry, id, undefined, roomFor(1))
    if ('problem' in read) throw new Error(read.problem.detail)
    const { contents } = read
    const chain = chainIds(contents.layers.map(({ diffId }) => diffId)).at(-1) ?? digest
    const standing = {
      vouched: ['ours'],
      chains: [{ platform: contents.platform, chain, layers: contents.layers.length }],
      contents: await evidence.put(Buffer.from(canonicalJson([contents]))),
      existedAt: '2026-11-22T12:00:00.000Z',
    }
    records.set(digest, { ...id, standing } as unknown as ImageRecord)
    chains.set(chain, { chain, version: 1, bases: [id] })
  }
  const store = {
    image: async ({ digest }: { readonly digest: Digest }) => records.get(digest),
    tag: async () => undefined,
    tagsOf: async () => [],
    system: async (key: string) => system.get(key),
    putSystem: async (key: string, value: Readonly<Record<string, unknown>>) => void system.set(key, value),
  }
  return {
    policies: set,
    store,
    catalogue: { at: async (asked) => asked.flatMap((chain) => chains.get(chain) ?? []) },
    evidence,
    files: layerFiles({ now: () => new Date(), store, evidence }),
    isReachable: () => false,
    awaited: async () => [],
    now: () => new Date(0),
    upToDate: (base) => store.image(base),
  }
}
