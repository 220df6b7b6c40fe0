import { selfTestKey } from '../../lambda/armed.ts'
import type { Alert } from '../../lambda/core/alert.ts'
import { loadPolicies } from '../../lambda/core/policy/load.ts'
import type { PolicySet } from '../../lambda/core/policy/policy.ts'
import type { Clock, Registry, StatusStore } from '../../lambda/ports.ts'
import type { Actor, Verifier } from '../../lambda/world.ts'
import { generateKeys } from '../../local/signing/key.ts'
import { memoryEvidence } from './evidence.ts'
import { memoryQueue } from './queue.ts'
import { memoryRegistry } from './registry.ts'
import { staleStore } from './stale-store.ts'
import { memoryStore } from './store.ts'

export const HOST = '127.0.0.1:5500'
export const NAME = 'prod/app'
export const KEYS = generateKeys()

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

/** Policies by which images under prod/ must be signed with KEYS, and are quarantined where they are not. */
export function policies(enforcement = 'onFailure: quarantine'): PolicySet {
  const text = `${signedPolicy('signed')}---
apiVersion: assay.dev/v1alpha1
kind: Enforcement
metadata: { name: prod }
spec: { images: [{ glob: "${HOST}/prod/**" }], environment: prod, gracePeriod: 10m, ${enforcement} }
`
  const { set, problems } = loadPolicies([{ path: 'test.yaml', text }])
  if (problems.length > 0) throw new Error(JSON.stringify(problems))
  return set
}

/** What the code may be run over: a registry that lists the tags of an image or not, indexes of the table that are up to date or behind. */
export const SURROUNDINGS = {
  'a registry that lists tags': {},
  'a registry that lists tags, and indexes that are behind': { store: staleStore },
  'a registry that lists no tags, and indexes that are behind': { store: staleStore, listsTags: false },
} as const satisfies Readonly<Record<string, Options>>

type Options = {
  readonly policies?: PolicySet
  readonly armed?: boolean
  readonly store?: (now: Clock) => StatusStore
  /** False: the registry cannot tell which tags an image has, as those that are not ECR. */
  readonly listsTags?: boolean
}

export async function memory(options: Options = {}) {
  const clock = { now: Date.parse('2026-11-22T12:00:00.000Z') }
  const now = () => new Date(clock.now)
  const published: Alert[] = []
  const registry = memoryRegistry()
  const store = options.store?.(now) ?? memoryStore()
  await store.putSystem(selfTestKey(HOST), { passed: options.armed ?? true })
  const evidence = memoryEvidence()
  const queue = memoryQueue(now)
  const world: Verifier & Actor = {
    now,
    log: () => {},
    policies: options.policies ?? policies(),
    trust: new Map(),
    registries: new Map([[HOST, (options.listsTags ?? true) ? registry.registry : withoutTags(registry.registry)]]),
    taggers: new Map([[HOST, registry.tagger]]),
    store,
    evidence,
    queue: queue.queue,
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
