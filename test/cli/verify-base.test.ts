import { afterEach, describe, expect, it } from 'vitest'
import { replayCommand } from '../../cli/commands/replay.ts'
import { verifyCommand } from '../../cli/commands/verify.ts'
import { temporaryFolder } from '../local/temporary-folder.ts'
import { printed, printedBy } from './printed.ts'
import {
  APP,
  BASE_FILES,
  claiming,
  fileOf,
  golden,
  NODE,
  onBase,
  policy,
  push,
  reasonsOf,
  registry,
  STRANGER,
  verify,
} from './verified-on.ts'

afterEach(() => {
  process.exitCode = 0
})

describe('assay verify with a policy that asks for a base', () => {
  it.each([
    ['another repository', false],
    ['another registry', true],
  ])('finds the one that an image claims in %s', async (_, isElsewhere) => {
    const home = await registry()
    const elsewhere = isElsewhere ? await registry() : home
    const { base } = await onBase(home, elsewhere)
    const told = await verify(
      home,
      policy(home, 'base: { from: [golden], intact: true, current: true }'),
      golden(elsewhere),
    )
    expect(told).toMatchObject({
      code: 0,
      state: 'verified',
      base: {
        rung: 'fresh',
        digest: base.digest,
        image: `${elsewhere.host}/${NODE}`,
        vouchedFor: ['golden'],
        layers: { base: 1, above: 1 },
        claims: [{ outcome: 'holds' }],
      },
    })
    expect(reasonsOf(told, 'apps/base-current')).toEqual(['verified'])
  })

  it('finds the one that a watched tag points at, whatever the image says', async () => {
    const [home, elsewhere] = [await registry(), await registry()]
    const base = await push(elsewhere, NODE, { tag: '22' })
    await push(home, 'acme/app', { tag: 'v1', base, files: APP })
    const watching = golden(elsewhere, `watch: ["${elsewhere.host}/${NODE}:22", "${elsewhere.host}/${NODE}:23"]`)
    const told = await verify(home, policy(home, 'base: { current: true }'), watching)
    expect(told).toMatchObject({ code: 0, base: { rung: 'fresh', digest: base.digest } })
  })

  it('finds none in a watched tag that somebody else signed', async () => {
    const home = await registry()
    const base = await push(home, NODE, { tag: '22', signedBy: STRANGER.privateKey })
    await push(home, 'acme/app', { tag: 'v1', base, files: APP })
    const told = await verify(home, policy(home, 'base: {}'), golden(home, `watch: ["${home.host}/${NODE}:22"]`))
    expect(told).toMatchObject({ code: 1, state: 'failed', base: { rung: 'none', proof: 'none' } })
    expect(reasonsOf(told, 'apps/base')).toEqual(['base-missing'])
  })

  it('finds the base of a base', async () => {
    const home = await registry()
    const os = await push(home, 'os/alpine', { tag: '3' })
    const claim = claiming(`${home.host}/os/alpine:3`, os.digest)
    await onBase(home, home, { base: os, files: { 'usr/bin/node': 'other' }, annotations: claim })
    const all = [golden(home), golden(home, '', 'os').replace('/bases/**', '/os/**')]
    const told = await verify(home, policy(home, 'base: { from: [os], required: false }'), ...all)
    expect(told).toMatchObject({ code: 0, base: { rung: 'fresh', vouchedFor: ['golden'] } })
    expect(told.checks.find(({ name }) => name === 'apps/base')?.message).toContain(`os/alpine@${os.digest}`)
  })

  it('does not take one that somebody else signed', async () => {
    const home = await registry()
    await onBase(home, home, { signedBy: STRANGER.privateKey })
    const told = await verify(home, policy(home, 'base: {}'), golden(home))
    expect(told).toMatchObject({ code: 1, state: 'failed', base: { rung: 'proved', signature: 'unverified' } })
    expect(reasonsOf(told, 'apps/base')).toEqual(['base-unverified'])
  })

  it('says what was done to it', async () => {
    const home = await registry()
    const base = await push(home, NODE, { tag: '22' })
    const annotations = claiming(`${home.host}/${NODE}:22`, base.digest)
    await push(home, 'acme/app', { tag: 'v1', base, files: { 'usr/lib/libssl.so.3': 'evil' }, annotations })
    const told = await verify(home, policy(home, 'base: {}'), golden(home))
    expect(told).toMatchObject({
      code: 1,
      base: { intact: 'no', changes: { unexpected: [{ what: '/usr/lib/libssl.so.3', kind: 'replaced' }] } },
    })
    expect(reasonsOf(told, 'apps/base-intact')).toEqual(['base-changed'])
  })

  it('does not believe a config that names the layers of a base in place of its own', async () => {
    const home = await registry()
    const { base } = await onBase(home)
    const evil = await push(home, 'acme/evil', { files: { ...BASE_FILES, 'usr/bin/node': 'evil' } })
    const layers = evil.layers.map(({ bytes }, index) => ({ ...base.layers[index]!, bytes }))
    await push(home, 'acme/app', { tag: 'v1', base: { ...base, layers }, files: APP })
    const watching = golden(home, `watch: ["${home.host}/${NODE}:22"]`)
    const told = await verify(home, policy(home, 'base: {}'), watching)
    expect(told).toMatchObject({ code: 1, state: 'failed', base: { rung: 'none' } })
    expect(reasonsOf(told, 'apps/base')).toEqual(['layers-mismatch'])
  })
})

describe('whether the base is current', () => {
  const CURRENT = 'base: { current: true }'

  it('is told by the tag that the image names, where that points at another base by now', async () => {
    const home = await registry()
    await onBase(home)
    const newer = await push(home, NODE, { tag: '22', files: { 'usr/bin/node': 'newer' } })
    const told = await verify(home, policy(home, CURRENT), golden(home))
    expect(told).toMatchObject({
      code: 1,
      state: 'degraded',
      base: { rung: 'verified', current: 'no', replaced: { tag: '22', by: newer.digest, behind: 1 } },
    })
    expect(reasonsOf(told, 'apps/base-current')).toEqual(['base-outdated'])
    expect(await verify(home, policy(home, 'base: {}'), golden(home))).toMatchObject({ code: 0, state: 'verified' })
  })

  it.each([
    ['on what nobody vouches for', { signedBy: null }],
    ['that is not there', undefined],
  ])('is not told by a claimed tag %s', async (_, other) => {
    const home = await registry()
    const { base } = await onBase(home)
    if (other !== undefined) await push(home, NODE, { tag: 'odd', files: APP, ...other })
    const annotations = claiming(`${home.host}/${NODE}:odd`, base.digest)
    await push(home, 'acme/app', { tag: 'v1', base, files: APP, annotations })
    expect(await verify(home, policy(home, CURRENT), golden(home))).toMatchObject({
      code: 1,
      base: { current: 'unknown', message: expect.stringContaining('none of its tags is known') },
    })
  })

  it('is not told by the tag that the image names, where a watched one still points at it', async () => {
    const home = await registry()
    const { base } = await onBase(home)
    await push(home, NODE, { tag: '21', files: { 'usr/bin/node': 'older' } })
    const annotations = claiming(`${home.host}/${NODE}:21`, base.digest)
    await push(home, 'acme/app', { tag: 'v1', base, files: APP, annotations })
    const watching = golden(home, `watch: ["${home.host}/${NODE}:22"]`)
    expect(await verify(home, policy(home, CURRENT), watching)).toMatchObject({ code: 0, base: { current: 'yes' } })
  })
})

describe('bases that claim each other', () => {
  it('are judged once each, and the image by what they are', async () => {
    const home = await registry()
    const [a, b] = [`${home.host}/bases/a:1`, `${home.host}/bases/b:1`]
    const base = await push(home, 'bases/a', { tag: '1', annotations: claiming(b) })
    await push(home, 'bases/b', { tag: '1', files: APP, annotations: claiming(a) })
    await push(home, 'acme/app', { tag: 'v1', base, files: APP, annotations: claiming(a) })
    home.asked.length = 0
    const watching = golden(home, `watch: ["${b}", "${a}"]`)
    expect(await verify(home, policy(home, 'base: {}'), watching)).toMatchObject({ code: 0, state: 'verified' })
    const asked = (what: string) => home.asked.filter((path) => path.endsWith(`bases/a/${what}`)).length
    expect([asked(`manifests/${base.digest}`), asked('manifests/1')]).toEqual([1, 1])
  })

  it('are none to an image that claims itself', async () => {
    const home = await registry()
    await push(home, 'bases/app', { tag: 'v1', annotations: claiming(`${home.host}/bases/app:v1`) })
    const file = fileOf(policy(home, 'base: {}').replace('/acme/', '/bases/'), golden(home))
    const lines = await printedBy(verifyCommand(), `${home.host}/bases/app:v1`, '--policy', file)
    expect(process.exitCode).toBe(1)
    expect(lines.join('\n')).toContain('✗ apps/base: base-missing')
    expect(lines.join('\n')).toContain('looked at here are bases that the image names')
    expect(lines.join('\n')).toContain('! base/claim: base-claim-false')
  })

  it('are followed so far and no further', async () => {
    const home = await registry()
    let claim: string | undefined
    for (const n of [6, 5, 4, 3, 2, 1]) {
      await push(home, `bases/${n}`, { tag: '1', files: { n: `${n}` }, ...(claim && { annotations: claiming(claim) }) })
      claim = `${home.host}/bases/${n}:1`
    }
    await push(home, 'acme/app', { tag: 'v1', files: APP, annotations: claiming(claim!) })
    home.asked.length = 0
    await verify(home, policy(home, 'base: {}'), golden(home))
    const judged = [1, 2, 3, 4, 5, 6].filter((n) => home.asked.some((path) => path.includes(`/bases/${n}/referrers/`)))
    expect(judged).toEqual([1, 2, 3, 4])
  })
})

describe('for people', () => {
  it('verify tells the base as status does', async () => {
    const home = await registry()
    const { base, image } = await onBase(home)
    const file = fileOf(policy(home, 'base: { current: true }'), golden(home))
    expect(await printedBy(verifyCommand(), `${home.host}/acme/app:v1`, '--policy', file)).toEqual([
      `${home.host}/acme/app@${image.digest} verified`,
      expect.stringContaining('✓ apps/key: verified'),
      expect.stringContaining('✓ apps/base: verified'),
      expect.stringContaining('✓ apps/base-intact: verified'),
      expect.stringContaining('✓ apps/base-current: verified'),
      `  base fresh ${home.host}/${NODE}@${base.digest}: nothing of the base was changed but what is expected; tag 22 points at it`,
    ])
  })

  it('what it rests on can be kept, and decided by again', async () => {
    const [home, elsewhere] = [await registry(), await registry()]
    await onBase(home, elsewhere)
    const file = fileOf(policy(home, 'base: { current: true }'), golden(elsewhere))
    const evidence = temporaryFolder()
    const args = [`${home.host}/acme/app:v1`, '--policy', file, '--evidence', evidence, '--output', 'json']
    const [json = ''] = await printedBy(verifyCommand(), ...args)
    const { transcript } = JSON.parse(json) as { readonly transcript: string }
    await Promise.all([home.close(), elsewhere.close()])
    const again = await printedBy(replayCommand(), transcript, '--evidence', evidence)
    expect(again[0]).toContain('verified: the same verdict, byte for byte')
  })

  it('explain says what the policy asks of it, and what would follow', async () => {
    const home = await registry()
    const { base } = await onBase(home)
    await push(home, NODE, { tag: '22', files: { 'usr/bin/node': 'newer' } })
    const file = fileOf(policy(home, 'base: { from: [golden], current: true, maxAge: 1d }'), golden(home))
    const lines = await printed('explain', `${home.host}/acme/app:v1`, '--policy', file)
    expect(lines[0]).toMatch(/ degraded$/)
    expect(lines).toContainEqual(
      expect.stringContaining('asks one of: key; a base that golden vouches for, current, at most 1d old'),
    )
    expect(lines).toContainEqual(expect.stringContaining(`  base verified ${home.host}/${NODE}@${base.digest}: `))
    expect(lines.at(-1)).toBe('What follows: the gate says no, and an alert tells; it keeps its tags')
  })
})
