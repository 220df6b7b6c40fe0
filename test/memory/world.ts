import { createPublicKey } from 'node:crypto'
import { selfTestKey } from '../../lambda/acting/armed.ts'
import { layerFiles } from '../../lambda/bases/layer-files.ts'
import type { Alert } from '../../lambda/core/alert.ts'
import { loadPolicies } from '../../lambda/core/policy/load.ts'
import type { PolicySet } from '../../lambda/core/policy/policy.ts'
import type { Clock, Registry, SelfTestResult, StatusStore } from '../../lambda/ports.ts'
import { keep, NOTHING, type Pass } from '../../lambda/reconciling/reconcile-pass.ts'
import { keyName, spki } from '../../lambda/trust/keys.ts'
import type { Actor, Sweeper, Verifier } from '../../lambda/world.ts'
import { generateKeys } from '../../local/signing/key.ts'
import { memoryBaseCatalogue } from './base-catalogue.ts'
import { memoryEvidence } from './evidence.ts'
import { memoryQueue } from './queue.ts'
import { memoryRegistry } from './registry.ts'
import { staleStore } from './stale-store.ts'
import { memoryStore } from './store.ts'

export const HOST = '127.0.0.1:5500'
export const NAME = 'prod/app'
export const KEYS = generateKeys()

/** What all functions together reach. */
export type World = Verifier & Actor & Sweeper

/** Everything outside the code, kept in memory, so that it outlives a "crash" of what uses it. */
export type Memory = Awaited<ReturnType<typeof memory>>

/** A VerificationPolicy by which images under prod/ must be signed with KEYS; `more` of its spec, or of its one authority. */
export function signedPolicy(name: string, more = ''): string {
  return `apiVersion: assay.dev/v1alpha1
kind: VerificationPolicy
metadata: { name: ${name} }
spec:
  images: [{ glob: "${HOST}/prod/**" }]
  authorities:
    - name: key
      key:
        data: |
          ${KEYS.publicKey.trim().replaceAll('\n', '\n          ')}
${more}`
}

/** A DenyList by which signatures of KEYS count for nothing. */
export function denyingKeys(): string {
  const key = keyName(spki(createPublicKey(KEYS.publicKey)))
  return `apiVersion: assay.dev/v1alpha1
kind: DenyList
metadata: { name: incident }
spec: { message: leaked, keys: ["${key}"] }
`
}

/** Policies by which images under prod/ must be signed with KEYS, and are quarantined where they are not; `more` documents. */
export function policies(enforcement = 'onFailure: quarantine', ...more: readonly string[]): PolicySet {
  const text = `${signedPolicy('signed')}---
apiVersion: assay.dev/v1alpha1
kind: Enforcement
metadata: { name: prod }
spec: { images: [{ glob: "${HOST}/prod/**" }], environment: prod, gracePeriod: 10m, ${enforcement} }
`
  const { set, problems } = loadPolicies([{ path: 'test.yaml', text: [text, ...more].join('---\n') }])
  if (problems.length > 0) throw new Error(JSON.stringify(problems))
  return set
}

/** What the code may be run over: a registry that lists the tags of an image or not, indexes of the table that are up to date or behind. */
export const SURROUNDINGS = {
  'a registry that lists tags': {},
  'a registry that lists tags, and indexes that are behind': { store: staleStore },
  'a registry that lists no tags, and indexes that are behind': { store: staleStore, listsTags: false },
} as const satisfies Readonly<Record<string, MemoryOptions>>

type MemoryOptions = {
  readonly policies?: PolicySet
  readonly means?: SelfTestResult['means']
  readonly pageSize?: number
  readonly store?: (now: Clock) => StatusStore
  /** False: the registry cannot tell which tags an image has, as those that are not ECR. */
  readonly listsTags?: boolean
  readonly immutable?: (tag: string) => boolean
  /** False: the registry has not been walked through yet. */
  readonly walked?: boolean
}

/** A pass over the registry that was through long ago. */
const LONG_AGO: Pass = {
  startedAt: '2026-11-01T00:00:00.000Z',
  finishedAt: '2026-11-01T00:01:00.000Z',
  repositories: [],
  phase: 'tags',
  failures: 0,
  counts: NOTHING,
}

export async function memory(options: MemoryOptions = {}) {
  const clock = { now: Date.parse('2026-11-22T12:00:00.000Z') }
  const now = () => new Date(clock.now)
  const published: Alert[] = []
  const registry = memoryRegistry(options.immutable, options.pageSize)
  const store = options.store?.(now) ?? memoryStore()
  const found: SelfTestResult = { means: options.means ?? 'remove', detail: 'as told' }
  await store.putSystem(selfTestKey(HOST), found)
  if (options.walked ?? true) await keep(store, HOST, LONG_AGO)
  const evidence = memoryEvidence()
  const queue = memoryQueue(now)
  const world: World = {
    now,
    log: () => {},
    policies: options.policies ?? policies(),
    trust: new Map(),
    registries: new Map([[HOST, (options.listsTags ?? true) ? registry.registry : withoutTags(registry.registry)]]),
    taggers: new Map([[HOST, registry.tagger]]),
    watched: [HOST],
    store,
    evidence,
    queue: queue.queue,
    catalogue: memoryBaseCatalogue(),
    files: layerFiles({ now, store, evidence }),
    repositories: ['*'],
    alerts: { publish: async (alert) => void published.push(alert) },
  }
  return {
    world,
    registry,
    queue,
    published,
    kept: evidence.kept,
    now,
    advance: (seconds: number) => {
      clock.now += seconds * 1000
    },
  }
}

function withoutTags(registry: Registry): Registry {
  return { ...registry, tagsOf: async () => undefined }
}
