import type { Authenticated } from '../evidence.ts'
import type { ImageId } from '../image.ts'
import type { SigstoreAuthority } from '../policy/authorities.ts'
import type { Captures } from '../policy/captures.ts'
import { explainUnmet, unmet } from '../policy/expression.ts'
import type { WantedAttestation } from '../policy/policy.ts'
import { plusSeconds } from '../status.ts'
import { type Accepted, type Finding, findAccepted, findingOf, met, missed, signedBy } from './authority.ts'
import { statementOf } from './statement.ts'

/** What an attestation is judged on. */
export type Scene = {
  readonly image: ImageId
  readonly claims: readonly Authenticated[]
  readonly captures: Captures
  readonly now: Date
}

/** How an attestation came out, and the accepted ones that this rests on; `seen`: whether any was accepted, whatever it says. */
export type AttestationResult = {
  readonly finding: Finding
  readonly accepted: readonly Accepted[]
  readonly seen: boolean
}

/**
 * Whether an authority attests what is wanted. Where something is asked of what it says, the newest counts, as an older one
 * may be what the newer takes back; or any `one` that meets it, as upstream has it.
 */
export function judgeAttestation(
  authority: SigstoreAuthority,
  wanted: WantedAttestation,
  scene: Scene,
  counts: 'newest' | 'one',
): AttestationResult {
  const asked = { kind: 'attestation', predicateType: wanted.predicateType } as const
  const found = findAccepted(authority, asked, scene.image, scene.claims)
  const asksMore = wanted.maxAge !== undefined || wanted.policy !== undefined
  if (!asksMore) return { finding: findingOf(found), accepted: found.accepted, seen: found.accepted.length > 0 }
  const candidates = counts === 'one' ? found.accepted : newestOf(found.accepted)
  const judged = candidates.map((one) => ({ one, finding: judge(wanted, one, scene) }))
  const good = judged.filter(({ finding }) => finding.met)
  const enough = good.length > 0 && (counts === 'one' || good.length === judged.length)
  const [told] = enough ? good : judged.filter(({ finding }) => !finding.met)
  if (told === undefined || !enough)
    return { finding: told?.finding ?? found.nearest, accepted: [], seen: judged.length > 0 }
  const ends = good.map(({ finding }) => (finding.met ? finding.until : undefined))
  const accepted = good.map(({ one }) => one)
  return {
    finding: met(
      accepted.map(({ signer }) => signer),
      told.finding.detail,
      ends,
    ),
    accepted,
    seen: true,
  }
}

/** Those signed last; beside them those whose time nobody knows, as any of these may be the last. */
function newestOf(accepted: readonly Accepted[]): readonly Accepted[] {
  const last = accepted.reduce((latest, { signer: { signedAt = '' } }) => (signedAt > latest ? signedAt : latest), '')
  return accepted.filter(({ signer: { signedAt = last } }) => signedAt === last)
}

function judge(wanted: WantedAttestation, one: Accepted, scene: Scene): Finding {
  const { signer } = one
  const who = signedBy(signer)
  const { maxAge, policy } = wanted
  if (maxAge !== undefined && signer.signedAt === undefined) {
    return missed('too-old', `${who} at an unknown time; ask for ctlog or rfc3161timestamp beside the key`)
  }
  const until = maxAge === undefined || signer.signedAt === undefined ? undefined : plusSeconds(signer.signedAt, maxAge)
  if (until !== undefined && until <= scene.now.toISOString()) {
    return missed('too-old', `${who} at ${signer.signedAt}; good until ${until}`)
  }
  const no = policy && unmet(policy, 'attestation', knownOf(one, scene))
  if (policy && no) return missed(no.reason, `${who}; ${explainUnmet(policy, wanted.name, no.why)}`)
  return met([signer], who, [until])
}

function knownOf({ signer, says }: Accepted, { image, captures, now }: Scene) {
  const statement = says.kind === 'attestation' ? statementOf(says) : {}
  const variables = { statement, predicate: statement.predicate ?? null, signer, image, captures }
  return { variables, document: statement, now }
}
