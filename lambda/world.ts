import type { LayerFiles } from './bases/layer-files.ts'
import type { PolicySet } from './core/policy/policy.ts'
import { Misconfigured } from './errors.ts'
import type {
  Alerts,
  BaseCatalogue,
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

/** The registries whose pushes this installation watches; in the others only bases are read. */
export type Watching = { readonly watched: readonly string[] }

/** What knows which images stand on which. */
export type Cataloguing = { readonly catalogue: BaseCatalogue }

/** What judging reaches: it reads registries and writes table, evidence and queue, never a registry. */
export type Verifier = Known &
  Watching & {
    readonly trust: TrustMaterials
    readonly catalogue: BaseCatalogue
    readonly files: LayerFiles
    readonly evidence: EvidenceStore
    readonly queue: WorkQueue
  }

/** What acting reaches: the only one that may move tags and tell people; it has images judged anew that stand on others. */
export type Actor = Known & {
  readonly taggers: ReadonlyMap<string, Tagger | FullTagger>
  readonly evidence: EvidenceStore
  readonly alerts: Alerts
  readonly catalogue: BaseCatalogue
  readonly queue: Pick<WorkQueue, 'verify'>
}

/** What accepting an image reaches: its item, and whoever moves its tags. */
export type Waiving = Pick<Known, 'log' | 'now' | 'store'> & {
  readonly queue: Pick<WorkQueue, 'act'>
  pause(seconds: number): Promise<void>
}

/** What running the installation reaches: what holds quarantine, dead letters, and the self-test that the act function makes. */
export type Operating = Known &
  Watching & {
    readonly deadLetters: DeadLetters
    readonly invokeAct: Invoke
    /** Registries without a self-test: whether their tags may be overwritten, or they are only read. */
    readonly untested: ReadonlyMap<string, 'overwrite' | 'read-only'>
  }

/** What sweeping reaches: it finds work and hands it on. */
export type Sweeper = Known &
  Watching & {
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
