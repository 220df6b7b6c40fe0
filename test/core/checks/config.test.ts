import { describe, expect, it, test } from 'vitest'
import { asksForPlatforms, decide } from '../../../lambda/core/decide.ts'
import type { ImageConfig, PlatformClaims } from '../../../lambda/core/evidence.ts'
import type { Policy } from '../../../lambda/core/policy/policy.ts'
import { evidence, NOW, policy, withStatic } from '../claims.ts'
import { digest, ID } from '../records.ts'

const cel = (text: string) => ({ language: 'cel', text }) as const
const config = (fields: object, platform = 'linux/amd64'): ImageConfig => ({ platform, json: { config: fields } })
const NOT_ROOT: Policy = policy([withStatic('pass')], {
  config: [{ cel: cel('config.config.User != ""'), message: 'image runs as root' }],
})
const WHOLE = (text: string, withConfig = true): Policy =>
  policy([withStatic('pass')], { policy: { ...cel(text), withConfig } })
const MISSING: ImageConfig = { fault: 'the blob is not in the repository', reason: 'config-missing' }

function judgeOne(one: Policy, its?: ImageConfig) {
  const subject = { evidence: evidence(its === undefined ? {} : { config: its }), claims: [], now: NOW }
  return decide([one], subject, 'h')
}

const on = (platform: string, its?: ImageConfig): PlatformClaims => ({
  platform,
  digest: digest(4),
  claims: [],
  ...(its && { config: its }),
})
function judgeIndex(one: Policy, ...platforms: readonly PlatformClaims[]) {
  const index = evidence({ children: [], platforms: platforms.map(({ platform }) => platform) })
  return decide([one], { evidence: index, claims: [], platforms, now: NOW }, 'h')
}
const USER = config({ User: '65532' })
const ROOT = config({ User: '' }, 'linux/arm64')

describe('a rule for the image config', () => {
  test.each([
    ['verified', USER, 'verified: the image config is as asked'],
    ['rejected', ROOT, 'what it says does not meet the policy: image runs as root'],
    [
      'rejected',
      config({}),
      'what it says does not meet the policy: image runs as root: it could not be evaluated: No such key: User',
    ],
    ['rejected', MISSING, 'the image config cannot be read: the blob is not in the repository'],
    ['rejected', undefined, 'the image config cannot be read: it was not read'],
  ] as const)('%s', (outcome, its, message) => {
    const verdict = judgeOne(NOT_ROOT, its)
    expect(verdict.outcome).toBe(outcome)
    expect(verdict.checks.at(-1)?.message).toBe(message.replace('verified: ', ''))
  })

  it('holds on every platform, or not at all', () => {
    expect(judgeIndex(NOT_ROOT, on('linux/amd64', USER)).outcome).toBe('verified')
    const mixed = judgeIndex(NOT_ROOT, on('linux/amd64', USER), on('linux/arm64', ROOT))
    expect(mixed.outcome).toBe('rejected')
    expect(
      mixed.checks.filter(({ name }) => name === 'signed/config-0').map(({ outcome, platform }) => [outcome, platform]),
    ).toEqual([
      ['pass', 'linux/amd64'],
      ['fail', 'linux/arm64'],
    ])
    expect(judgeIndex(NOT_ROOT, on('linux/amd64', USER), on('linux/arm64', MISSING)).outcome).toBe('rejected')
    expect(judgeIndex(NOT_ROOT).outcome).toBe('rejected')
  })

  it.each([
    ['linux/arm64', 'rejected'],
    ['linux/amd64', 'verified'],
    ['linux/amd64/v2', 'verified'],
    ['linux/x86_64', 'verified'],
    ['windows/amd64', 'rejected'],
    ['unnamed', 'verified'],
  ])('of a platform that its index lists as %s: %s', (listed, outcome) => {
    expect(judgeIndex(NOT_ROOT, on(listed, USER)).outcome).toBe(outcome)
  })

  it('names the platform and the image', () => {
    const rule = policy([withStatic('pass')], {
      config: [{ cel: cel(`platform == "linux/amd64" && image.name == "${ID.name}"`), message: 'no' }],
    })
    expect(judgeOne(rule, USER).outcome).toBe('verified')
    expect(judgeOne(rule, config({}, 'linux/s390x')).outcome).toBe('rejected')
  })

  it('makes every platform be read', () => {
    const children = [{ mediaType: 'm', digest: digest(4), size: 1, annotations: {} }]
    const index = evidence({ children })
    const first = decide([NOT_ROOT], { evidence: index, claims: [], now: NOW }, 'h')
    expect(asksForPlatforms([NOT_ROOT], index, first)).toBe(true)
    expect(asksForPlatforms([policy([withStatic('pass')])], index, first)).toBe(false)
  })
})

describe('a policy over image configs', () => {
  test.each([
    ['config["linux/amd64"].config.User == "65532"', true],
    ['config.all(platform, config[platform].config.User != "")', true],
    ['config.all(platform, config[platform].config.User == "root")', false],
  ])('%s: %s', (text, holds) => {
    expect(judgeOne(WHOLE(text), USER).outcome).toBe(holds ? 'verified' : 'rejected')
  })

  it('has those of every platform', () => {
    const all = WHOLE('config.all(platform, config[platform].config.User != "")')
    expect(judgeIndex(all, on('linux/amd64', USER), on('linux/arm64', ROOT)).outcome).toBe('rejected')
    expect(
      judgeIndex(all, on('linux/amd64', USER), on('linux/arm64', config({ User: '1' }, 'linux/arm64'))).outcome,
    ).toBe('verified')
  })

  it('has two of one platform by their versions, or not at all', () => {
    const windows = (version: string): ImageConfig => ({
      platform: 'windows/amd64',
      json: { 'os.version': version, config: { User: 'app' } },
    })
    const two = WHOLE(
      'config.all(p, config[p].config.User == "app") && "windows/amd64:2" in config && size(config) == 2',
    )
    expect(judgeIndex(two, on('windows/amd64', windows('1')), on('windows/amd64', windows('2'))).outcome).toBe(
      'verified',
    )
    const twice = judgeIndex(WHOLE('true'), on('linux/amd64', USER), on('linux/amd64', config({ User: 'b' })))
    expect(twice.checks.at(-1)?.message).toContain('two of its platforms are both called linux/amd64')
  })

  it('cannot be answered where one is missing', () => {
    expect(judgeIndex(WHOLE('true'), on('a', USER), on('b', MISSING)).checks.at(-1)).toMatchObject({
      name: 'signed/policy',
      outcome: 'fail',
      reason: 'config-missing',
    })
    expect(judgeIndex(WHOLE('true', false), on('a', USER), on('b', MISSING)).outcome).toBe('verified')
  })

  it.each([
    ['config: "linux/amd64": config: User: "65532"', { User: '' }, 'verified'],
    ['config: "linux/amd64": config: User: "65532"', { User: 'root' }, 'rejected'],
    ['config: "linux/amd64": created: >"2026-01-01T00:00:00Z"', {}, 'rejected'],
    ['config: "linux/amd64": rootfs: type: "layers"', {}, 'rejected'],
  ])('is what a struct of Go would make of it, to upstream: %s on %j', (text, fields, outcome) => {
    const asked = {
      ...WHOLE('true'),
      kind: 'ClusterImagePolicy',
      policy: { language: 'cue', text, withConfig: true },
    } as const
    expect(judgeOne(asked, config(fields)).outcome).toBe(outcome)
  })

  it('that were more than is read says so', () => {
    const checks = judgeOne(NOT_ROOT, { fault: 'too large', reason: 'over-limit' }).checks
    expect(checks.at(-1)).toMatchObject({ outcome: 'fail', reason: 'over-limit' })
  })
})
