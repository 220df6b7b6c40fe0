import { decide } from '../../lambda/core/decide.ts'
import type { Authenticated, Evidence, Proof } from '../../lambda/core/evidence.ts'
import { demandId, sourceId } from '../../lambda/core/evidence.ts'
import { sigstoreAuthorities } from '../../lambda/core/policy/authorities.ts'
import { formatProblem } from '../../lambda/core/policy/format-problem.ts'
import { policyHash } from '../../lambda/core/policy/hash.ts'
import { loadPolicies } from '../../lambda/core/policy/load.ts'
import { enforcementFor } from '../../lambda/core/policy/match.ts'
import type { PolicySet } from '../../lambda/core/policy/policy.ts'
import { attestation, SIGNATURE, WORKFLOW } from '../core/claims.ts'
import { ID } from '../core/records.ts'
import { OPTIONS } from './samples.ts'

const NOW = new Date('2026-11-26T00:00:00Z')
const HOSTILE = { packages: [{ name: 'a' }], nested: { list: [[1, null], 'x'] }, __proto__: null }

export type Judgement = { readonly outcome: 'accepted' | 'refused'; readonly problem?: string }

/** A mutant must be refused with the place of every mistake, or be accepted and judge whatever there is. */
export function judge(text: string): Judgement {
  const { set, problems } = loadPolicies([{ path: 'm.yaml', text }], OPTIONS)
  const odd = problems.find(
    ({ at, message }) =>
      !(at.file === 'm.yaml' && at.line >= 1 && at.column >= 1) || message === '' || message.length > 4_000,
  )
  if (odd !== undefined)
    return { outcome: 'refused', problem: `told without a place, or at length: ${JSON.stringify(odd).slice(0, 500)}` }
  const broken = problems.map(formatProblem).find((line) => /[\n\r]/.test(line))
  if (broken !== undefined) return { outcome: 'refused', problem: `told on several lines: ${broken}` }
  if (problems.some(({ severity }) => severity === 'error')) return { outcome: 'refused' }
  const problem = problemOf(set)
  return { outcome: 'accepted', ...(problem !== undefined && { problem }) }
}

function problemOf(set: PolicySet): string | undefined {
  const evidence: Evidence = {
    image: ID,
    mediaType: 'm',
    platforms: [],
    signature: false,
    claims: [],
    unsigned: [],
    config: { platform: 'linux/amd64', json: { config: { User: 'app' } } },
  }
  enforcementFor(set, ID)
  const hash = policyHash(set.policies, set, 'd')
  const [one, other] = [0, 1].map(() => decide(set.policies, { evidence, claims: claimsFor(set), now: NOW }, hash))
  return JSON.stringify(one) === JSON.stringify(other) ? undefined : 'judges the same in two ways'
}

/** Everything that the authorities of a set may look at, signed by whoever they ask for. */
function claimsFor(set: PolicySet): Authenticated[] {
  return sigstoreAuthorities(set.policies).flatMap(({ demand, source, attestations }) =>
    [SIGNATURE, ...attestations.map(({ predicateType }) => attestation(predicateType, HOSTILE))].map((says) => {
      const proof: Proof = { ok: true, signer: WORKFLOW, says }
      const content = { kind: 'bundle', bundle: {} } as const
      const claim = { carrier: 'c', source: sourceId(source), manifest: ID.digest, layer: ID.digest, content }
      return { claim, proofs: new Map([[demandId(demand), proof]]) }
    }),
  )
}
