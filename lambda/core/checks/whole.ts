import { canonicalJson } from '../canonical.ts'
import { explainUnmet, unmet } from '../policy/expression.ts'
import type { Policy } from '../policy/policy.ts'
import { type Accepted, type Finding, met, missed } from './authority.ts'
import { configsOf } from './config.ts'
import { type Asking, type AuthorityResult, type Group, groupOf, type Named, type Subject } from './judged.ts'
import { knownOf } from './known-of.ts'
import { statementOf } from './statement-of.ts'

/** Bytes of statements that an expression may ask about at once: parsed, they take ten times as much memory. */
const MAX_TOGETHER = 8 * 1024 * 1024

/**
 * What a policy asks about all that matched, and about the image config: once for the image, or for each platform that is
 * judged by itself. Asked only where the authorities are satisfied, as upstream does.
 */
export function judgeWhole(
  judged: Policy,
  groups: readonly Group[],
  subject: Subject,
  { captures, budget }: Asking,
): Group[] {
  const { kind, name, policy, authorities: asked } = judged
  if (policy === undefined || groups.some(({ passed }) => !passed)) return []
  if (policy.beyond !== undefined) return [groupOf([{ name: 'policy', finding: missed('not-judged', policy.beyond) }])]
  const read = configOf(policy.withConfig, subject)
  if ('finding' in read) return [groupOf([{ name: 'policy', finding: read.finding }])]
  const { config } = read
  const known = knownOf(judged, subject)
  // Their content, that upstream leaves out, takes much memory
  const withStatements = policy.language === 'cel' && /\bstatement\b/.test(policy.text)
  return groups.map(({ platform, authorities }) => {
    const finding = withStatements && tooMuch(authorities) ? missed('over-limit', TOO_MUCH) : judge(authorities)
    return groupOf([{ name: 'policy', finding: unlessUnread(finding, authorities) }], platform)
  })

  /** What was not read might be the newest of what is asked about; to upstream's kind it could only be more. */
  function unlessUnread(finding: Finding, authorities: readonly AuthorityResult[]): Finding {
    const hidden = (one: AuthorityResult) => (kind === 'ClusterImagePolicy' ? undefined : one.unread)
    const over = authorities.map((one) => (finding.met ? hidden(one) : one.overLimit)).find((one) => one !== undefined)
    return over === undefined || finding.reason === 'not-judged' ? finding : missed('over-limit', over)
  }

  function judge(authorities: readonly AuthorityResult[]): Finding {
    const authorityMatches = Object.fromEntries(
      authorities.filter(({ met }) => met).map((one) => [one.authority, matchesOf(one.findings, withStatements)]),
    )
    const document = { authorityMatches, ...(policy?.withConfig && { config: asUpstream(config) }) }
    const variables = { authorityMatches, config, image: subject.evidence.image, captures, ...known }
    const no = policy && unmet(policy, 'policy', { variables, document, now: subject.now, budget })
    if (policy === undefined || no === undefined) {
      return met([], 'all that matched is as asked')
    }
    const detail = explainUnmet(policy, policy.language === 'cel' ? name : kind, no.why)
    const beyond = asked.find((authority) => authority.kind === 'beyond')
    if (beyond === undefined) return missed(no.reason, detail)
    return missed('not-judged', `${detail}; it may need ${beyond.name}: ${beyond.why}`)
  }
}

const TOO_MUCH = `the statements that the policy asks about have more than ${MAX_TOGETHER} bytes`

type Configs = { readonly config: Readonly<Record<string, unknown>> }

function configOf(asked: boolean, subject: Subject): Configs | { readonly finding: Finding } {
  const configs = asked ? configsOf(subject).map(({ config }) => config) : []
  const fault = configs.find((config) => 'fault' in config)
  if (fault !== undefined) return { finding: missed(fault.reason, fault.fault) }
  const named = new Map<string, Readonly<Record<string, unknown>>>()
  for (const config of configs) {
    if ('fault' in config) continue
    const { platform, json } = config
    // Windows has one platform in several versions, told apart as github.com/google/go-containerregistry does
    const version = json['os.version']
    const name = named.has(platform) && typeof version === 'string' ? `${platform}:${version}` : platform
    const before = named.get(name)
    if (before !== undefined && canonicalJson(before) !== canonicalJson(json)) {
      return { finding: missed('config-missing', `two of its platforms are both called ${name}`) }
    }
    named.set(name, json)
  }
  return { config: Object.fromEntries(named) }
}

/** To upstream a config is a struct of Go, which writes down what was not given: a time that is none is in the year 1. */
function asUpstream(configs: Configs['config']): object {
  const none = { created: '0001-01-01T00:00:00Z', architecture: '', os: '', config: {}, rootfs: { type: '' } }
  return Object.fromEntries(
    Object.entries(configs).map(([name, json]) => {
      const { config, ...fields } = json as { readonly config?: object }
      return [name, { ...none, ...fields, config: withoutEmpty(config ?? {}) }]
    }),
  )
}

/** And leaves out what is empty. */
function withoutEmpty(fields: object): object {
  const empty = (value: unknown) => typeof value === 'object' && value !== null && Object.keys(value).length === 0
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== '' && value !== false && !empty(value)),
  )
}

/** In upstream's shape (github.com/sigstore/policy-controller, PolicyResult), and in CEL with what attestations say. */
function matchesOf(findings: readonly Named[], withStatements: boolean): object {
  const signatures = findings.filter(({ attestation }) => attestation === undefined)
  const attestations = findings.flatMap(({ attestation, accepted = [] }) =>
    attestation === undefined ? [] : [[attestation, accepted.map((one) => entryOf(one, withStatements))] as const],
  )
  if (signatures.some(({ accepted }) => accepted === undefined)) return { static: true }
  const signed = signatures.flatMap(({ accepted = [] }) => accepted.map((one) => entryOf(one, withStatements)))
  return {
    ...(signatures.length > 0 && { signatures: signed }),
    ...(attestations.length > 0 && { attestations: Object.fromEntries(attestations) }),
  }
}

function entryOf(one: Accepted, withStatements: boolean): object {
  const { signer, says, id } = one
  const who =
    signer.kind === 'key'
      ? {}
      : {
          subject: signer.subject,
          issuer: signer.issuer,
          githubWorkflowTrigger: signer.claims.githubWorkflowTrigger,
          githubWorkflowSha: signer.claims.githubWorkflowSha,
          githubWorkflowName: signer.claims.githubWorkflowName,
          githubWorkflowRepo: signer.claims.githubWorkflowRepository,
          githubWorkflowRef: signer.claims.githubWorkflowRef,
        }
  const said =
    says.kind === 'signature'
      ? {}
      : { predicateType: says.predicateType, ...(withStatements && { statement: statementOf(one) }) }
  return { id, ...Object.fromEntries(Object.entries(who).filter(([, value]) => value !== undefined)), ...said }
}

function tooMuch(authorities: readonly AuthorityResult[]): boolean {
  const accepted = authorities.flatMap(({ findings }) => findings.flatMap((one) => one.accepted ?? []))
  const bytes = accepted.map(({ says }) => (says.kind === 'attestation' ? says.payload.length : 0))
  return bytes.reduce((sum, one) => sum + one, 0) > MAX_TOGETHER
}
