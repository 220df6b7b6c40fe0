import type { Authenticated } from '../evidence.ts'
import type { ImageId } from '../image.ts'
import type { BoundAuthority } from '../policy/captures.ts'
import { explainUnmet, unmet } from '../policy/expression.ts'
import type { WantedAttestation } from '../policy/policy.ts'
import { asTyped } from '../policy/typed-predicates.ts'
import { plusSeconds } from '../status.ts'
import { type Accepted, type Finding, findAccepted, findingOf, met, missed, signedBy } from './authority.ts'
import { type Dated, dated } from './dated.ts'
import type { Asking } from './judged.ts'
import { statementOf } from './statement-of.ts'
import { judgeRules } from './statement-rules.ts'
import { unreadFor } from './undecided.ts'

/** What an attestation is judged on. */
export type Scene = {
  readonly image: ImageId
  readonly claims: readonly Authenticated[]
  readonly now: Date
} & Asking

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
  authority: BoundAuthority,
  wanted: WantedAttestation,
  scene: Scene,
  counts: 'newest' | 'one',
): AttestationResult {
  const asked = { kind: 'attestation', predicateType: wanted.predicateType } as const
  const found = findAccepted(authority, asked, scene.image, scene.claims)
  const candidates = counts === 'one' ? dated(found.accepted) : newestOf(dated(found.accepted))
  const accepted = candidates.map(({ one }) => one)
  if (!asksMore(wanted)) return { finding: findingOf(found), accepted, seen: accepted.length > 0 }
  // What was not read might be the newest, or speak against what was
  const unread = counts === 'newest' ? unreadFor(authority, scene.claims) : undefined
  if (unread !== undefined) return { finding: missed('over-limit', unread), accepted: [], seen: true }
  // Parsed once for all candidates: each of both may be large
  const vex = candidates.length > 0 && wanted.vulnerabilities?.vex ? vexOf(authority, scene).map(statementOf) : []
  // In an order of their own, so that where the steps of an expression end depends on nothing else
  const judged = candidates.toSorted(byId).map((one) => ({ one, finding: judge(wanted, one, vex, scene) }))
  const good = judged.filter(({ finding }) => finding.met)
  const enough = good.length > 0 && (counts === 'one' || good.length === judged.length)
  const bad = judged.filter(({ finding }) => !finding.met)
  const told = enough ? good[0] : (bad.find(({ finding }) => finding.reason !== 'over-limit') ?? bad[0])
  if (told === undefined || !enough) {
    const finding = told === undefined ? found.nearest : withRivals(told.finding, good.length, judged.length)
    return { finding, accepted: [], seen: judged.length > 0 }
  }
  const ends = good.map(({ finding }) => (finding.met ? finding.until : undefined))
  const signers = good.map(({ one: { one } }) => one.signer)
  return { finding: met(signers, told.finding.detail, ends), accepted: good.map(({ one: { one } }) => one), seen: true }
}

type Statement = Readonly<Record<string, unknown>>

function byId({ one: a }: Dated, { one: b }: Dated): number {
  if (a.id === b.id) return 0
  return a.id < b.id ? -1 : 1
}

/** Tells why those that are good, and may be what people look at, were not enough. */
function withRivals(finding: Finding, good: number, candidates: number): Finding {
  if (finding.met || good === 0) return finding
  const why = `${candidates} may be the newest, as no trusted time tells them apart, and all of these must be good`
  return missed(finding.reason, `${finding.detail} (${why})`)
}

/** Whether more is asked of an attestation than that it is there. */
function asksMore({ maxAge, policy, provenance, sbom, vulnerabilities }: WantedAttestation): boolean {
  return [maxAge, policy, provenance, sbom, vulnerabilities].some((asked) => asked !== undefined)
}

/** Those signed last; beside them those whose time nobody knows, as any of these may be the last. */
function newestOf(all: readonly Dated[]): readonly Dated[] {
  const last = all.reduce((latest, { signedAt = '' }) => (signedAt > latest ? signedAt : latest), '')
  return all.filter(({ signedAt = last }) => signedAt === last)
}

function judge(wanted: WantedAttestation, { one, signedAt }: Dated, vex: readonly Statement[], scene: Scene): Finding {
  const { signer } = one
  const who = signedBy(signer)
  const { maxAge, policy } = wanted
  if (maxAge !== undefined && signedAt === undefined) {
    return missed('too-old', `${who} at an unknown time; ask for ctlog or rfc3161timestamp beside the key`)
  }
  const until = maxAge === undefined || signedAt === undefined ? undefined : plusSeconds(signedAt, maxAge)
  if (until !== undefined && until <= scene.now.toISOString()) {
    return missed('too-old', `${who} at ${signedAt}; good until ${until}`)
  }
  const statement = statementOf(one)
  const rules = judgeRules(wanted, statement, { vex, imageDigest: scene.image.digest, now: scene.now })
  for (const { reason, finding } of rules) if (!finding.met) return missed(reason, `${who}; ${finding.detail}`)
  const no = policy && unmet(policy, 'attestation', knownOf(one, asTyped(statement, wanted.typed), scene))
  if (policy && no) return missed(no.reason, `${who}; ${explainUnmet(policy, wanted.name, no.why)}`)
  return met([signer], who, [
    until,
    one.until,
    ...rules.map(({ finding }) => (finding.met ? finding.until : undefined)),
  ])
}

/** OpenVEX statements of the same authority about the same image. */
function vexOf(authority: BoundAuthority, { image, claims }: Scene): readonly Accepted[] {
  return findAccepted(authority, { kind: 'vex' }, image, claims).accepted
}

function knownOf({ signer }: Accepted, statement: Statement, { image, captures, now, budget }: Scene) {
  const variables = { statement, predicate: statement.predicate ?? null, signer, image, captures }
  return { variables, document: statement, now, budget }
}
