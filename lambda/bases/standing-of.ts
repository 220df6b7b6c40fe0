import type { ImageFacts } from '../core/attested/image-facts.ts'
import { chainIds } from '../core/bases/chain-ids.ts'
import type { JudgedStanding, PlatformContents } from '../core/bases/standing.ts'
import { canonicalJson } from '../core/canonical.ts'
import type { EndOfLife } from '../core/end-of-life.ts'
import type { ImageId } from '../core/image.ts'
import type { PolicySet } from '../core/policy/policy.ts'
import { earliest } from '../core/status.ts'
import type { Verdict } from '../core/verdict.ts'
import type { EvidenceStore } from '../ports.ts'
import { coveredBy } from './base-source.ts'
import { packagesOf } from './packages-of.ts'

type Judged = {
  readonly set: PolicySet
  readonly id: ImageId
  readonly verdict: Verdict
  readonly own: readonly PlatformContents[]
  readonly facts: ImageFacts | undefined
}

/** What an image is to those that may stand on it, and keeps what it consists of; undefined where no BaseImage covers it. No chains: its layers could not be read, or there are none. */
export async function standingOf(
  store: EvidenceStore,
  { set, id, verdict, own, facts }: Judged,
): Promise<JudgedStanding | undefined> {
  const covered = coveredBy(set, id).map(({ name }) => name)
  const platforms = own.filter(({ layers }) => layers.length > 0)
  if (covered.length === 0) return undefined
  const chains = platforms.flatMap(({ platform, layers }) => {
    const chain = chainIds(layers.map(({ diffId }) => diffId)).at(-1)
    return chain === undefined ? [] : [{ platform, chain, layers: layers.length }]
  })
  const vouched = verdict.policies.filter(({ name, outcome }) => outcome === 'pass' && covered.includes(name))
  const built = (facts?.provenance ?? []).map(({ finishedOn }) => finishedOn)
  const signedAt = earliest(...verdict.signers.map((signer) => signer.signedAt), ...built)
  const lists = facts === undefined ? [] : packagesOf(facts)
  return {
    vouched: vouched.map(({ name }) => name),
    chains,
    contents: await store.put(Buffer.from(canonicalJson(platforms))),
    ...(signedAt !== undefined && { signedAt }),
    ...(lists.length > 0 && { packages: await store.put(Buffer.from(canonicalJson(lists))) }),
    ...(facts?.endOfLife && { endOfLife: endOf(facts.endOfLife) }),
  }
}

function endOf({ endOfLifeAt, graceUntil }: EndOfLife): EndOfLife {
  return { ...(endOfLifeAt !== undefined && { endOfLifeAt }), ...(graceUntil !== undefined && { graceUntil }) }
}
