import type { BaseSource } from './bases/base-source.ts'
import type { Asked } from './bases/follow-claims.ts'
import { type GatheredBase, gatherBase } from './bases/gather-base.ts'
import { overBase } from './bases/packages-of.ts'
import { standingOf } from './bases/standing-of.ts'
import { type ImageFacts, keptFacts } from './core/attested/image-facts.ts'
import { runsOf } from './core/attested/runs.ts'
import { canonicalJson } from './core/canonical.ts'
import { DECIDER } from './core/decide.ts'
import type { Digest, ImageId } from './core/image.ts'
import type { Judged } from './core/plan.ts'
import { trustNamedBy } from './core/policy/authorities.ts'
import { policyHash, rulesHash } from './core/policy/hash.ts'
import { policiesFor } from './core/policy/match.ts'
import type { Policy, PolicySet } from './core/policy/policy.ts'
import type { Kept, Read, Transcript } from './core/transcript.ts'
import type { Undecided } from './core/verdict.ts'
import { OverLimit } from './errors.ts'
import { lookAt, lookWithKept } from './look.ts'
import type { Clock, EvidenceStore, Registry } from './ports.ts'
import type { TrustMaterials } from './trust/roots.ts'
import type { Scales } from './weigh.ts'

/** What an examination needs: where to read, what to judge by, whom to trust, and where to keep what was read. */
export type Examiner = {
  readonly now: Clock
  readonly registryOf: (host: string) => Registry
  readonly evidence: EvidenceStore
  readonly policies: PolicySet
  readonly trust: TrustMaterials
  /** Where bases are looked up; without it, nothing is said of them. */
  readonly bases?: BaseSource
}

/** What an examination ends in. `signature`: it holds nothing but signatures, and speaks of another image. `elsewhere`: what else it looked at for evidence. */
export type Examined = {
  readonly judged: Judged
  readonly signature: boolean
  readonly elsewhere: readonly ImageId[]
  /** Images that it claims to stand on, and nobody has judged. */
  readonly asked: readonly Asked[]
}

/**
 * Judges an image and keeps what the verdict rests on, without any other effect. Undefined where the image does not exist.
 * An outage throws Unavailable; more than we are willing to read is an error, never a verdict (I8).
 * `verified`: the transcript of the verdict that stands, where it is a yes: what the registry has lost of its evidence counts on.
 */
export async function examine(examiner: Examiner, id: ImageId, verified?: Digest): Promise<Examined | undefined> {
  const { policies: set, evidence: store, bases } = examiner
  const policies = policiesFor(set, id)
  const hash = policyHash(policies, set, DECIDER, set.bases)
  const now = examiner.now()
  const trusted = { materials: examiner.trust, keys: set.keys, now }
  const asksBase = bases !== undefined && set.bases.length > 0
  const baseOf = asksBase && ((...[reading, evidence]: BaseArguments) => gatherBase(bases, reading, evidence))
  const look = (registryOf: Examiner['registryOf']) =>
    lookAt({ registryOf, policies, policyHash: hash, trusted, ...(baseOf && { baseOf }) }, id, store)
  try {
    const there = await look(examiner.registryOf)
    if (there === undefined) return undefined
    const isLost = verified !== undefined && there.verdict.outcome === 'rejected'
    const saved = isLost ? await lookWithKept(look, examiner, verified) : undefined
    const { verdict, reads, kept, signature, elsewhere, mediaType, platforms, base, facts } = saved ?? there
    const asked = base?.asked ?? []
    if (verdict.undecided !== undefined)
      return { judged: undecided(verdict.undecided, hash), signature, elsewhere, asked }
    const transcript = await keepTranscript(store, { id, now, policies, set, reads, base, kept, verdict })
    const standing = await standingOf(store, { set, id, verdict, own: base?.own ?? [], facts })
    const judged = {
      kind: 'verdict',
      verdict,
      mediaType,
      platforms,
      transcript,
      rulesHash: rulesHash(policies),
      ...(standing !== undefined && { standing }),
      ...(base?.again && { again: true as const }),
      ...(base && facts && { facts: await allFacts(store, base, facts) }),
    } as const
    return { judged, signature, elsewhere, asked }
  } catch (error) {
    if (!(error instanceof OverLimit)) throw error
    const judged = undecided({ reason: 'over-limit', message: error.message }, hash)
    return { judged, signature: false, elsewhere: [], asked: [] }
  }
}

/** What an item keeps of what is attested, how the image runs, and what it adds to its base. */
async function allFacts(store: EvidenceStore, { evidence, own }: GatheredBase, facts: ImageFacts) {
  const added = await overBase(store, evidence, facts)
  return { ...keptFacts(facts), runs: runsOf(own, evidence), ...(added && { overBase: added }) }
}

type BaseArguments = Parameters<NonNullable<Scales['baseOf']>>

function undecided(why: Undecided, hash: string) {
  return { kind: 'error', ...why, policyHash: hash } as const
}

type Rests = {
  readonly id: ImageId
  readonly now: Date
  readonly policies: readonly Policy[]
  readonly set: PolicySet
  readonly reads: readonly Read[]
  readonly base: GatheredBase | undefined
  readonly kept: Kept | undefined
  readonly verdict: Transcript['verdict']
}

async function keepTranscript(store: EvidenceStore, { id, now, policies, set, reads, base, kept, verdict }: Rests) {
  const { host, name, digest } = id
  const { roots, keys } = trustNamedBy(policies, set)
  const keeping = Object.entries(roots).map(async ([root, json]) => [root, await keepRoot(store, json)] as const)
  const transcript: Transcript = {
    version: 1,
    image: { host, name, digest },
    now: now.toISOString(),
    decider: DECIDER,
    policies,
    roots: Object.fromEntries(await Promise.all(keeping)),
    keys,
    reads,
    ...(set.bases.length > 0 && { bases: set.bases }),
    ...(base !== undefined && { base: base.evidence }),
    ...(kept !== undefined && { kept }),
    verdict,
  }
  return store.put(Buffer.from(canonicalJson(transcript)))
}

const keptRoots = new WeakMap<EvidenceStore, Map<unknown, Promise<Digest>>>()

/** A root lives as long as the process and is kept once by it. */
function keepRoot(store: EvidenceStore, root: unknown): Promise<Digest> {
  const known = keptRoots.get(store) ?? new Map<unknown, Promise<Digest>>()
  keptRoots.set(store, known)
  const kept = known.get(root) ?? store.put(Buffer.from(canonicalJson(root)))
  known.set(root, kept)
  // A root that could not be kept is tried again
  kept.catch(() => known.delete(root))
  return kept
}

/** The hash of all that judges this image now: a verdict reached under another one no longer counts. */
export function currentPolicyHash(set: PolicySet, { host, name, digest }: ImageId): string {
  return policyHash(policiesFor(set, { host, name, digest }), set, DECIDER, set.bases)
}
