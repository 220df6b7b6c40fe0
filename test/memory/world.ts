import { selfTestKey } from '../../lambda/armed.ts'
import type { Alert } from '../../lambda/core/alert.ts'
import { loadPolicies } from '../../lambda/core/policy/load.ts'
import type { PolicySet } from '../../lambda/core/policy/policy.ts'
import type { Actor, Sweeper, Verifier } from '../../lambda/world.ts'
import { generateKeys } from '../../local/signing/key.ts'
import { memoryEvidence } from './evidence.ts'
import { memoryQueue } from './queue.ts'
import { memoryRegistry } from './registry.ts'
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

type Options = { readonly policies?: PolicySet; readonly armed?: boolean; readonly pageSize?: number }

export async function memory(options: Options = {}) {
  const clock = { now: Date.parse('2026-11-22T12:00:00.000Z') }
  const now = () => new Date(clock.now)
  const published: Alert[] = []
  const registry = memoryRegistry(undefined, options.pageSize)
  const store = memoryStore()
  await store.putSystem(selfTestKey(HOST), { passed: options.armed ?? true })
  const evidence = memoryEvidence()
  const queue = memoryQueue(now)
  const world: World = {
    now,
    log: () => {},
    policies: options.policies ?? policies(),
    trust: new Map(),
    registries: new Map([[HOST, registry.registry]]),
    taggers: new Map([[HOST, registry.tagger]]),
    store,
    evidence,
    queue: queue.queue,
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
