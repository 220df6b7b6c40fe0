import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { archive, tarred } from '../core/layers/tar-writer.ts'
import { APP, basesStack, digestOf, fresh, NODE, OS, TOOLS } from './bases-stack.ts'
import type { Files } from './layer-tar.ts'
import { caseWith } from './tools.ts'

let folder: string
let stack: Awaited<ReturnType<typeof basesStack>>
/** A base of two layers that most images here stand on. */
let base: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-bases-'))
  stack = await basesStack(folder)
  base = await stack.base('bases/node:22', [OS, NODE])
})

afterAll(async () => {
  await stack?.close()
  await rm(folder, { recursive: true, force: true })
})

const at = (name: string) => `${stack.host}/${name}`

describe('an image that crane builds on a base', () => {
  for (const kind of ['oci', 'docker']) {
    caseWith(TOOLS, `is found by its layers, and by what it claims; ${kind} types`, async () => {
      const own = await stack.base(`bases/${kind}:1`, [{ ...OS, kind }], { docker: kind === 'docker' })
      const silent = await stack.on(own, `apps/${kind}:silent`, APP)
      const named = await stack.on(at(`bases/${kind}:1`), `apps/${kind}:named`, APP, '--set-base-image-annotations')
      await stack.becomes(silent, fresh(own))
      await stack.becomes(named, fresh(own, { claims: [{ outcome: 'holds' }] }))
      expect(await stack.assay('status', silent)).toContain(`base fresh ${own}: `)
      const told = await stack.assay('derived', own)
      expect(told).toContain('vouched for by golden\nwave 1: 2 images\n')
      for (const image of [silent, named]) expect(told).toContain(`  ${image} `)
    })
  }

  caseWith(TOOLS, 'is current again when crane has rebased it, and the one before is told of once', async () => {
    const old = await stack.base('bases/moving:1', [{ ...OS, moving: 'old' }])
    const image = await stack.on(at('bases/moving:1'), 'apps/moving:v1', APP, '--set-base-image-annotations')
    await stack.becomes(image, fresh(old))
    const renewed = await stack.base('bases/moving:1', [{ ...OS, moving: 'new' }])
    await stack.judge(old)
    const replaced = { tag: '1', behind: 1, by: digestOf(renewed) }
    await stack.becomes(image, { state: 'degraded', base: { rung: 'verified', current: 'no', replaced } })
    const rebased = await stack.crane('rebase', image, '-t', at('apps/moving:v2'))
    await stack.becomes(rebased, fresh(renewed))

    const derived = await stack.derived(old)
    expect(derived).toMatchObject({ base: { replaced }, images: [{ image, wave: 1, rung: 'verified' }] })
    expect(await stack.derived(at('bases/moving:1'))).toMatchObject({ images: [{ image: rebased, rung: 'fresh' }] })
    const told = async () => (await stack.alerts()).filter((alert) => alert.image === old)
    await stack.waitFor(told, (alerts) => expect(alerts).not.toEqual([]))
    await stack.idle()
    expect(await told()).toEqual([
      expect.objectContaining({
        subject: expect.stringContaining('was replaced'),
        text: expect.stringContaining(`wave 1: ${image} (v1)`),
      }),
    ])
    expect(await stack.assay('gate', image)).toContain('base-outdated')
  })

  caseWith(TOOLS, 'is listed in the wave after that of the base it stands on', async () => {
    const os = await stack.base('bases/waves-os:1', [{ ...OS, waves: 'os' }])
    const middle = await stack.counted(await stack.on(os, 'bases/waves-node:1', NODE))
    await stack.becomes(middle, { base: { rung: 'fresh', digest: digestOf(os) } })
    const image = await stack.on(middle, 'apps/waves:v1', APP)
    await stack.becomes(image, fresh(middle))
    const [first, second] = [
      { image: middle, wave: 1 },
      { image, wave: 2 },
    ]
    expect((await stack.derived(os)).images).toMatchObject([first, second])
    expect((await stack.derived(middle)).images).toMatchObject([{ image, wave: 1 }])
    expect(await stack.assay('derived', os)).toMatch(/wave 1: 1 image\n.*waves-node.*\nwave 2: 1 image\n.*apps\/waves/)

    await stack.base('bases/waves-os:1', [{ ...OS, waves: 'newer' }])
    await stack.judge(os)
    const told = async () => (await stack.alerts()).flatMap((alert) => (alert.image === os ? alert.text : []))
    const both = expect.stringMatching(/wave 1: .*waves-node.*\n- wave 2: .*apps\/waves/)
    await stack.waitFor(told, (texts) => expect(texts).toEqual([both]))
  })
})

describe('what cosign attests', () => {
  caseWith(TOOLS, 'of the build names the base among all that it used', async () => {
    const other = await stack.base('bases/builder:1', [{ ...OS, builder: '' }])
    const image = await stack.on(base, 'services/built:v1', APP)
    await stack.sign(image)
    const used = [base, other].map((one) => ({
      uri: `pkg:docker/${one.replace(/@.*/, '')}?digest=${digestOf(one)}&platform=linux%2Famd64`,
      digest: { sha256: digestOf(one).replace('sha256:', '') },
    }))
    await stack.attest(image, 'slsaprovenance1', {
      buildDefinition: { buildType: 'https://acme.example/build', externalParameters: {}, resolvedDependencies: used },
      runDetails: { builder: { id: 'https://acme.example/builder' } },
    })
    const claims = [
      { from: 'resolvedDependencies[0]', outcome: 'holds' },
      { from: 'resolvedDependencies[1]', outcome: 'unrelated' },
    ]
    await stack.becomes(image, fresh(base, { claims }))
  })

  const sbom = (version: string) => ({
    spdxVersion: 'SPDX-2.3',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: 'base',
    dataLicense: 'CC0-1.0',
    documentNamespace: 'https://acme.example/base',
    creationInfo: { created: '2026-11-26T00:00:00Z', creators: ['Tool: test'] },
    packages: [{ SPDXID: 'SPDXRef-a', name: 'openssl', versionInfo: version, downloadLocation: 'NOASSERTION' }],
  })
  const built = async (content: string, version: string) => {
    const image = await stack.base('bases/packages:1', [{ ...OS, content }])
    await stack.attest(image, 'spdxjson', sbom(version))
    await stack.becomes(image, { contents: [{ packages: [`openssl ${version}`] }] })
    return image
  }

  caseWith(TOOLS, 'of a base tells whether a rebuild is a reason to rebuild', async () => {
    const first = await built('first', '3.0.1')
    const image = await stack.on(first, 'apps/packages:v1', APP)
    await stack.becomes(image, fresh(first))
    const same = await built('same', '3.0.1')
    await stack.judge(first)
    const message = expect.stringContaining('with the same packages')
    await stack.becomes(image, fresh(first, { replaced: { by: digestOf(same) }, message }))
    const newer = await built('newer', '3.0.2')
    await stack.judge(first)
    const replaced = { by: digestOf(newer), behind: 2 }
    await stack.becomes(image, { state: 'degraded', base: { rung: 'verified', current: 'no', replaced } })
    const told = async () => (await stack.alerts()).flatMap((alert) => (alert.image === first ? alert.text : []))
    const changed = expect.stringContaining('openssl 3.0.1 -> 3.0.2')
    await stack.waitFor(told, (texts) => expect(texts).toEqual([changed]))
  })
})

describe('each platform of an index', () => {
  const PLATFORMS = ['linux/amd64', 'linux/arm64']
  const index = (name: string, ...images: readonly (string | undefined)[]) =>
    stack.crane('index', 'append', ...images.flatMap((image = '') => ['-m', image]), '-t', at(name))

  caseWith(TOOLS, 'is told of, and the weakest counts', async () => {
    const parts = PLATFORMS.map(async (platform) => {
      const layer = await stack.archive({ ...OS, 'usr/lib/arch': platform })
      return stack.assemble(`bases/multi:${basename(platform)}`, [layer], { platform })
    })
    const bases = await Promise.all(parts)
    const multi = await stack.counted(await index('bases/multi:1', ...bases))
    const [amd, arm = ''] = await Promise.all(bases.map((one, place) => stack.on(one, `apps/multi:part${place}`, APP)))
    const good = fresh(multi).base
    const platforms = PLATFORMS.map((platform) => ({ ...good, platform }))
    await stack.becomes(await index('apps/multi:v1', amd, arm), fresh(multi, { platforms }))

    const changed = await stack.on(arm, 'apps/multi:changed', { 'usr/lib/libssl.so.3': 'evil' })
    const weaker = await index('apps/multi:v2', amd, changed)
    const [fine, bad] = [{ rung: 'fresh' }, { rung: 'proved', intact: 'no' }]
    await stack.becomes(weaker, { state: 'pending', base: { ...bad, platforms: [fine, bad] } })
    const lines = await stack.assay('status', weaker)
    expect(lines).toMatch(/^ {2}base proved .*\n {4}linux\/amd64: fresh .*\n {4}linux\/arm64: proved /m)

    const other = await stack.base('bases/single:1', [{ ...OS, single: '' }], { platform: 'linux/arm64' })
    const onOther = await index('apps/multi:v3', amd, await stack.on(other, 'apps/multi:other', APP))
    const others = [{ digest: digestOf(multi) }, { digest: digestOf(other) }]
    await stack.becomes(onOther, { state: 'verified', base: { rung: 'fresh', platforms: others } })

    const none = await stack.assemble('apps/multi:none', [await stack.archive(APP)], { platform: 'linux/arm64' })
    const nothing = { rung: 'none', proof: 'none' }
    const partly = await index('apps/multi:v4', amd, none)
    await stack.becomes(partly, { state: 'pending', base: { ...nothing, platforms: [fine, nothing] } })
  })
})

describe('what is done to a base', () => {
  const CHANGES: readonly (readonly [tag: string, files: Files, what: string, kind: string])[] = [
    ['overwritten', { 'usr/lib/libssl.so.3': 'evil' }, 'usr/lib/libssl.so.3', 'replaced'],
    ['whited-out', { 'usr/bin/.wh.node': '' }, 'usr/bin/node', 'deleted'],
    ['hidden', { 'usr/lib/.wh..wh..opq': '' }, 'usr/lib/libssl.so.3', 'deleted'],
    ['setuid', { 'bin/sh': { text: 'sh', mode: 0o4755 } }, 'bin/sh', 'setuid'],
    ['led-elsewhere', { 'bin/sh': { link: '/app/sh' } }, 'bin/sh', 'symlinked'],
    ['opened-to-all', { 'usr/lib/': { mode: 0o777 } }, 'usr/lib', 'permissions'],
  ]

  for (const [tag, files, what, kind] of CHANGES) {
    caseWith(TOOLS, `by a layer is told file by file: ${tag}`, async () => {
      const image = await stack.on(base, `apps/changed:${tag}`, { ...APP, ...files })
      const changes = { unexpected: [{ what: `/${what}`, kind }], unexpectedCount: 1 }
      const known = { rung: 'proved', signature: 'verified', intact: 'no', digest: digestOf(base), changes }
      const { checks } = await stack.becomes(image, { state: 'pending', base: known })
      expect(checks).toContainEqual(expect.objectContaining({ name: 'on-golden/base-intact', reason: 'base-changed' }))
    })
  }

  caseWith(TOOLS, 'by a layer is no matter where it is expected, or changes nothing', async () => {
    const users = await stack.on(base, 'apps/kept:users', { 'etc/passwd': 'root:x:0:0\napp:x:1:1', ...APP })
    await stack.becomes(users, fresh(base, { changes: { unexpectedCount: 0, expectedCount: 1 } }))
    // Real tar would pack the file beside the link to it
    const linked = join(folder, 'linked.tar')
    await writeFile(linked, archive(tarred({ name: 'app/node', type: '1', link: 'usr/bin/node', mode: 0o755 })))
    const image = await stack.crane('append', '-b', base, '-f', linked, '-t', at('apps/kept:linked'))
    await stack.becomes(image, fresh(base, { changes: { unexpectedCount: 0, expectedCount: 0 } }))
  })

  const MUTATIONS: readonly (readonly [tag: string, parameters: readonly string[], intact: 'yes' | 'no'])[] = [
    ['entrypoint', ['--entrypoint', '/usr/bin/node'], 'yes'],
    ['more-path', ['-e', 'PATH=/app/bin:/usr/bin:/bin'], 'yes'],
    ['labels', ['-l', 'team=blue'], 'yes'],
    ['user', ['-u', '1000'], 'yes'],
    ['other-path', ['-e', 'PATH=/app/bin'], 'no'],
    ['preload', ['-e', 'LD_PRELOAD=/app/x.so'], 'no'],
  ]

  caseWith(TOOLS, 'by crane mutate is told as far as it turns the base against itself', async () => {
    for (const [tag, parameters, intact] of MUTATIONS) {
      const image = await stack.crane('mutate', base, ...parameters, '-t', at(`apps/mutated:${tag}`))
      const rung = intact === 'yes' ? 'fresh' : 'proved'
      await stack.becomes(image, { base: { rung, intact, digest: digestOf(base), layers: { base: 2, above: 0 } } })
    }
    const append = ['--append', await stack.archive(APP)]
    const appended = await stack.crane('mutate', base, ...append, '-t', at('apps/mutated:appended'))
    await stack.becomes(appended, fresh(base, { layers: { base: 2, above: 1 } }))
  })

  caseWith(TOOLS, 'by crane flatten leaves none, and that is said', async () => {
    await stack.on(base, 'apps/flat:before', APP)
    // By its tag: of a digest crane makes an untagged image
    const flat = await stack.crane('flatten', at('apps/flat:before'), '-t', at('apps/flat:v1'))
    const said = { rung: 'none', proof: 'none', message: expect.stringContaining('squashed') }
    const { checks } = await stack.becomes(flat, { state: 'pending', base: said })
    expect(checks).toContainEqual(expect.objectContaining({ name: 'on-golden/base', reason: 'base-missing' }))
  })
})
