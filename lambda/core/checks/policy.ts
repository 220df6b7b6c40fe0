import { asksSignature, type SigstoreAuthority } from '../policy/authorities.ts'
import { type BoundAuthority, bind, capturedBy } from '../policy/captures.ts'
import type { Authority, Policy, WantedAttestation } from '../policy/policy.ts'
import { earliest } from '../status.ts'
import { judgeAttestation } from './attestation.ts'
import { describeSigner, type Finding, findAccepted, findingOf, met, missed } from './authority.ts'
import { judgeBase } from './base.ts'
import { judgeConfigs } from './config.ts'
import {
  type Asking,
  type AuthorityResult,
  type Group,
  groupOf,
  type Judged,
  type Named,
  type Subject,
} from './judged.ts'
import { overLimitFor, unreadFor } from './undecided.ts'
import { untilOf } from './until.ts'
import { judgeWhole } from './whole.ts'

/** Judges an image by one policy: as a whole, or each platform by evidence of its own; then what else it asks of the image. */
export function judgePolicy(policy: Policy, subject: Subject): Judged {
  const asking = { captures: capturedBy(policy, subject.evidence.image), budget: new Map() }
  const vouched = groupsOf(policy, subject, asking)
  const bases = judgeBase(policy, subject)
  const groups = [
    ...vouched,
    ...judgeWhole(policy, vouched, subject, asking),
    ...judgeConfigs(policy, subject, asking),
    ...bases,
  ]
  const passed = groups.every((one) => one.passed)
  const until = passed ? earliest(untilOf(policy, vouched), untilOf(policy, bases)) : undefined
  return { policy, passed, groups, ...(until !== undefined && { until }) }
}

function groupsOf(policy: Policy, subject: Subject, asking: Asking): readonly Group[] {
  const { evidence, platforms = [] } = subject
  if (evidence.ambiguous !== undefined) return [refused('manifest', missed('ambiguous-manifest', evidence.ambiguous))]
  if (policy.platforms === 'index' || evidence.children === undefined) return [judgeGroup(policy, subject, asking)]
  if (platforms.length === 0) return [refused('platforms', missed('no-platform'))]
  return platforms.map(({ platform, digest, claims, problem }) => {
    if (problem !== undefined) return refused('manifest', missed(problem.reason, problem.detail), platform)
    const alone = { evidence: { ...evidence, image: { ...evidence.image, digest } }, claims, now: subject.now }
    return { platform, ...judgeGroup(policy, alone, asking) }
  })
}

function refused(name: string, finding: Finding, platform?: string): Group {
  return groupOf([{ name, finding }], platform)
}

function judgeGroup(policy: Policy, subject: Subject, asking: Asking): Group {
  const { authorities, require } = policy
  const results = authorities.map((authority) => judgeAuthority(policy, authority, subject, asking))
  if (require === 'all') return { passed: results.every(({ met }) => met), authorities: results, all: true }
  const passed = results.some(({ met }) => met)
  return require === undefined || !passed ? { passed, authorities: results } : countSigners(results, require.atLeast)
}

/** Signers of all authorities that are satisfied, each counted once however often it signed. */
function countSigners(results: readonly AuthorityResult[], atLeast: number): Group {
  const findings = results.filter(({ met }) => met).flatMap((one) => one.findings.map(({ finding }) => finding))
  const signers = new Set(findings.flatMap((finding) => (finding.met ? finding.signers.map(describeSigner) : [])))
  if (signers.size >= atLeast) return { passed: true, authorities: results }
  const detail = `${signers.size} of the ${atLeast} that are asked for: ${[...signers].join(', ') || 'none'}`
  const finding = missed('too-few-signers', detail)
  const overLimit = results.find((one) => one.overLimit !== undefined)?.overLimit
  const short = {
    authority: 'require',
    met: false,
    findings: [{ name: 'require', finding }],
    ...(overLimit !== undefined && { overLimit }),
  }
  return { passed: false, authorities: [...results, short] }
}

function judgeAuthority(policy: Policy, authority: Authority, subject: Subject, asking: Asking): AuthorityResult {
  const { name } = authority
  if (authority.kind !== 'sigstore') {
    const finding = fixedFinding(authority)
    return { authority: name, met: finding.met, findings: [{ name, finding }] }
  }
  const findings = findingsOf(policy, bind(authority, asking.captures, policy.denied), subject, asking)
  const met = findings.every(({ finding }) => finding.met)
  return { authority: name, met, findings, ...overLimitIn(authority, subject) }
}

/** What might satisfy an authority, and is more than is read; on platforms too, where its attestations may lie there. */
function overLimitIn(authority: SigstoreAuthority, { claims, platforms = [] }: Subject) {
  const elsewhere = authority.attestations.length > 0 ? platforms : []
  const all = [claims, ...elsewhere.map((one) => one.claims)].flat()
  const problem = elsewhere.find((one) => one.problem?.reason === 'over-limit')?.problem?.detail
  const overLimit = overLimitFor(authority, all) ?? problem
  const unread = unreadFor(authority, all) ?? problem
  return { ...(overLimit !== undefined && { overLimit }), ...(unread !== undefined && { unread }) }
}

function fixedFinding(authority: Exclude<Authority, SigstoreAuthority>): Finding {
  if (authority.kind === 'beyond') return missed('not-judged', authority.why)
  if (authority.action === 'fail') return missed('static-fail', authority.message)
  return { ...met([], authority.message), reason: 'static-pass' }
}

function findingsOf(policy: Policy, authority: BoundAuthority, subject: Subject, asking: Asking): Named[] {
  const attestations = authority.attestations.map((wanted) =>
    findAttestation(policy, authority, wanted, subject, asking),
  )
  if (!asksSignature(authority)) return attestations
  const found = findAccepted(authority, { kind: 'signature' }, subject.evidence.image, subject.claims)
  return [{ name: authority.name, finding: findingOf(found), accepted: found.accepted }, ...attestations]
}

/** On the image itself; where there is none, on every platform of it: BuildKit and others attest platforms, not the index. */
function findAttestation(
  { kind }: Policy,
  authority: BoundAuthority,
  wanted: WantedAttestation,
  { evidence: { image }, claims, platforms = [], now }: Subject,
  asking: Asking,
): Named {
  const counts = kind === 'ClusterImagePolicy' ? 'one' : 'newest'
  const called = { name: `${authority.name}/${wanted.name}`, attestation: wanted.name }
  const own = judgeAttestation(authority, wanted, { image, claims, now, ...asking }, counts)
  if (own.seen || platforms.length === 0) return { ...called, ...own }
  const onPlatforms = platforms.map(({ platform, digest, claims: its }) => {
    const result = judgeAttestation(
      authority,
      wanted,
      { image: { ...image, digest }, claims: its, now, ...asking },
      counts,
    )
    return { platform, ...result }
  })
  const lacking = onPlatforms.find(({ finding }) => !finding.met)
  const found = onPlatforms.some(({ finding }) => finding.met)
  if (lacking === undefined) {
    const accepted = onPlatforms.flatMap((one) => one.accepted)
    const findings = onPlatforms.map(({ finding }) => finding)
    const signers = findings.flatMap((one) => (one.met ? one.signers : []))
    const ends = findings.map((one) => (one.met ? one.until : undefined))
    return { ...called, finding: met(signers, 'on each platform by itself', ends), onPlatforms, accepted }
  }
  if (!found && !lacking.seen) return { ...called, ...own }
  const { reason, detail } = lacking.finding
  const where = found ? `on ${lacking.platform}, though not on every platform` : `on ${lacking.platform}`
  return { ...called, finding: missed(reason, `${where}: ${detail}`), accepted: [] }
}
