import type { Authenticated, Evidence, PlatformClaims } from '../evidence.ts'
import { asksSignature, type SigstoreAuthority } from '../policy/authorities.ts'
import type { Authority, Policy, WantedAttestation } from '../policy/policy.ts'
import { type Asked, describeSigner, type Finding, findAsked, missed } from './authority.ts'

/** What a policy is judged on. `platforms`: those of an index, once they have been read. */
export type Subject = {
  readonly evidence: Evidence
  readonly claims: readonly Authenticated[]
  readonly platforms?: readonly PlatformClaims[]
}

/** One thing asked for and how it came out. `onPlatforms`: where each platform met it by evidence of its own. */
export type Named = { readonly name: string; readonly finding: Finding; readonly onPlatforms?: readonly OnPlatform[] }
export type OnPlatform = { readonly platform: string; readonly finding: Finding }

export type AuthorityResult = {
  readonly authority: string
  readonly met: boolean
  readonly findings: readonly Named[]
}
/** What vouches for the image, or for one platform of it: any authority suffices. */
export type Group = {
  readonly platform?: string
  readonly passed: boolean
  readonly authorities: readonly AuthorityResult[]
}
/** A policy holds where every group of it does. */
export type Judged = { readonly policy: Policy; readonly passed: boolean; readonly groups: readonly Group[] }

/** Judges an image by one policy: as a whole, or each platform by evidence of its own. */
export function judgePolicy(policy: Policy, subject: Subject): Judged {
  const groups = groupsOf(policy, subject)
  return { policy, passed: groups.every(({ passed }) => passed), groups }
}

function groupsOf(policy: Policy, subject: Subject): readonly Group[] {
  const { evidence, platforms = [] } = subject
  if (evidence.ambiguous !== undefined) return [refused('manifest', missed('ambiguous-manifest', evidence.ambiguous))]
  if (policy.platforms === 'index' || evidence.children === undefined) return [judgeGroup(policy, subject)]
  if (platforms.length === 0) return [refused('platforms', missed('no-platform'))]
  return platforms.map(({ platform, claims, problem }) => {
    if (problem !== undefined) {
      return { platform, ...refused('manifest', missed(problem.reason, problem.detail)) }
    }
    return { platform, ...judgeGroup(policy, { evidence, claims }) }
  })
}

function refused(name: string, finding: Finding): Group {
  return { passed: false, authorities: [{ authority: name, met: false, findings: [{ name, finding }] }] }
}

function judgeGroup({ authorities, require }: Policy, subject: Subject): Group {
  const results = authorities.map((authority) => judgeAuthority(authority, subject))
  if (require === 'all') return { passed: results.every(({ met }) => met), authorities: results }
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
  const short = { authority: 'require', met: false, findings: [{ name: 'require', finding }] }
  return { passed: false, authorities: [...results, short] }
}

function judgeAuthority(authority: Authority, subject: Subject): AuthorityResult {
  const findings = findingsOf(authority, subject)
  return { authority: authority.name, met: findings.every(({ finding }) => finding.met), findings }
}

function findingsOf(authority: Authority, subject: Subject): readonly Named[] {
  if (authority.kind === 'static') {
    const { name, message: detail } = authority
    const finding: Finding =
      authority.action === 'pass'
        ? { met: true, signers: [], reason: 'static-pass', detail }
        : missed('static-fail', detail)
    return [{ name, finding }]
  }
  const { image } = subject.evidence
  const signature = {
    name: authority.name,
    finding: findAsked(authority, { kind: 'signature' }, image, subject.claims),
  }
  const attestations = authority.attestations.map((wanted) => findAttestation(authority, wanted, subject))
  return asksSignature(authority) ? [signature, ...attestations] : attestations
}

/** On the image itself; failing that, on every platform of it: BuildKit and others attest platforms, not the index. */
function findAttestation(
  authority: SigstoreAuthority,
  { name, predicateType }: WantedAttestation,
  { evidence, claims, platforms = [] }: Subject,
): Named {
  const asked: Asked = { kind: 'attestation', predicateType }
  const own = findAsked(authority, asked, evidence.image, claims)
  const called = `${authority.name}/${name}`
  if (own.met || platforms.length === 0) return { name: called, finding: own }
  const onPlatforms = platforms.map((one) => ({
    platform: one.platform,
    finding: findAsked(authority, asked, evidence.image, one.claims),
  }))
  const lacking = onPlatforms.find(({ finding }) => !finding.met)
  if (lacking === undefined) {
    const signers = onPlatforms.flatMap(({ finding }) => (finding.met ? finding.signers : []))
    const finding: Finding = { met: true, signers, reason: 'verified', detail: 'on each platform by itself' }
    return { name: called, finding, onPlatforms }
  }
  const some = onPlatforms.some(({ finding }) => finding.met)
  if (!some) return { name: called, finding: own }
  const { reason, detail } = lacking.finding
  return { name: called, finding: missed(reason, `on ${lacking.platform}, though not on every platform: ${detail}`) }
}
