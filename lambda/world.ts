import type { PolicySet } from './core/policy/policy.ts'
import { Misconfigured } from './errors.ts'
import type {
  Alerts,
  Clock,
  DeadLetters,
  EvidenceStore,
  FullTagger,
  Invoke,
  Registry,
  StatusStore,
  Tagger,
  WorkQueue,
} from './ports.ts'
import type { TrustMaterials } from './trust/roots.ts'

export type Log = (message: string, details?: Readonly<Record<string, unknown>>) => void

/** What every function knows: the time, the policies, the table, and how to read registries (by normalised host). */
export type Known = {
  readonly now: Clock
  readonly log: Log
  readonly policies: PolicySet
  readonly store: StatusStore
  readonly registries: ReadonlyMap<string, Registry>
}

/** What judging reaches: it reads registries and writes table, evidence and queue, never a registry. */
export type Verifier = Known & {
  readonly trust: TrustMaterials
  readonly evidence: EvidenceStore
  readonly queue: WorkQueue
}

/** What acting reaches: the only one that may move tags and tell people. */
export type Actor = Known & {
  readonly taggers: ReadonlyMap<string, Tagger | FullTagger>
  readonly evidence: EvidenceStore
  readonly alerts: Alerts
}

/** What accepting an image reaches: its item, and whoever moves its tags. */
export type Waiving = Pick<Known, 'log' | 'now' | 'store'> & {
  readonly queue: Pick<WorkQueue, 'act'>
  pause(seconds: number): Promise<void>
}

/** What running the installation reaches: what holds quarantine, dead letters, and the self-test that the act function makes. */
export type Operating = Pick<Known, 'log' | 'now' | 'store' | 'registries'> & {
  readonly deadLetters: DeadLetters
  readonly invokeAct: Invoke
  /** Registries without a self-test: whether their tags may be overwritten, or they are only read. */
  readonly untested: ReadonlyMap<string, 'overwrite' | 'read-only'>
}

/** What sweeping reaches: it finds work and hands it on. */
export type Sweeper = Known & {
  readonly queue: WorkQueue
  /** The repositories that this installation watches: names, or patterns as IAM has them. */
  readonly repositories: readonly string[]
}

export function registryOf(world: Pick<Known, 'registries'>, host: string): Registry {
  const registry = world.registries.get(host)
  if (registry !== undefined) return registry
  const known = [...world.registries.keys()].join(', ')
  throw new Misconfigured(`registry ${host} is not watched by this installation; watched are: ${known}`)
}
