import type { ImageConfig } from '../evidence.ts'
import type { ImageId } from '../image.ts'
import { UNNAMED } from '../manifest.ts'
import { unmet } from '../policy/expression.ts'
import type { ConfigRule, Policy } from '../policy/policy.ts'
import { type Finding, met, missed } from './authority.ts'
import { type Asking, type Group, groupOf, type Subject } from './judged.ts'

type ConfigAt = { readonly at?: string; readonly config: ImageConfig }
type Scene = { readonly image: ImageId; readonly now: Date } & Asking

/** The image configs of a subject, one a platform. `at`: the platform's name where the image is an index. */
export function configsOf({ evidence, platforms = [] }: Omit<Subject, 'claims'>): readonly ConfigAt[] {
  if (evidence.children === undefined) return [{ config: evidence.config ?? UNREAD }]
  return platforms.map(({ platform, config, problem }) => {
    if (problem !== undefined) return { at: platform, config: { fault: problem.detail, reason: problem.reason } }
    return { at: platform, config: listedAs(platform, config ?? UNREAD) }
  })
}

const SAME: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64' }

/** System and processor; variants of one are written in many ways, and tell nothing else apart. */
function runsOn(platform: string): string {
  const [os = '', architecture = ''] = platform.split('/')
  return `${os}/${SAME[architecture] ?? architecture}`
}

/** A runtime chooses by what the index says of a platform: a config that says otherwise is not what it seems. */
function listedAs(listed: string, config: ImageConfig): ImageConfig {
  if ('fault' in config || listed === UNNAMED) return config
  if (runsOn(listed) === runsOn(config.platform)) return config
  return { fault: `the index lists it as ${listed}, and it says ${config.platform}`, reason: 'config-missing' }
}

const UNREAD: ImageConfig = { fault: 'it was not read', reason: 'config-missing' }

/** Every config rule on every platform: one that is not as asked is not made good by another. */
export function judgeConfigs({ config: rules = [] }: Policy, subject: Subject, asking: Asking): Group[] {
  if (rules.length === 0) return []
  const configs = configsOf(subject)
  if (configs.length === 0) return [groupOf([{ name: 'config', finding: missed('no-platform') }])]
  const scene = { image: subject.evidence.image, now: subject.now, ...asking }
  return configs.map(({ at, config }) => {
    if ('fault' in config) return groupOf([{ name: 'config', finding: missed(config.reason, config.fault) }], at)
    const findings = rules.map((rule, index) => ({ name: `config-${index}`, finding: judge(rule, config, scene) }))
    return groupOf(findings, at)
  })
}

function judge(
  { cel, message }: ConfigRule,
  { platform, json: config }: Extract<ImageConfig, { readonly platform: string }>,
  { now, budget, ...scene }: Scene,
): Finding {
  const no = unmet(cel, 'config', { variables: { config, platform, ...scene }, document: config, now, budget })
  if (no === undefined) return met([], 'the image config is as asked')
  return missed(no.reason, no.why === 'it is false' ? message : `${message}: ${no.why}`)
}
