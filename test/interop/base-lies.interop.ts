import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { sha256 } from '../memory/registry.ts'
import { APP, basesStack, claiming, digestOf, fresh, NODE, OS, TOOLS } from './bases-stack.ts'
import { caseWith, exitOf, run } from './tools.ts'

const LAYER = 'application/vnd.oci.image.layer.v1.tar'
const CONFIG = 'application/vnd.oci.image.config.v1+json'

let folder: string
let stack: Awaited<ReturnType<typeof basesStack>>
let base: string
/** The layers of the base, one to put on top of it, and one in place of its second. */
let archives: { readonly os: string; readonly node: string; readonly app: string; readonly evil: string }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-base-lies-'))
  stack = await basesStack(folder)
  const [os, node, app, evil] = await Promise.all([
    stack.archive(OS),
    stack.archive(NODE),
    stack.archive(APP),
    stack.archive({ 'usr/bin/node': 'evil' }),
  ])
  archives = { os, node, app, evil }
  base = await stack.counted(await stack.assemble('bases/node:22', [os, node]))
})

afterAll(async () => {
  await stack?.close()
  await rm(folder, { recursive: true, force: true })
})

const at = (name: string) => `${stack.host}/${name}`

/** Pushes layers with oras, under an image config that says what is to be said of them. */
async function pushed(name: string, said: readonly string[], layers: readonly string[], type = LAYER): Promise<string> {
  const diffIds = await Promise.all(said.map(async (one) => sha256(await readFile(one))))
  const runs = { Entrypoint: ['/bin/sh'], Env: ['PATH=/usr/bin:/bin'] }
  const config = { os: 'linux', architecture: 'amd64', config: runs, rootfs: { type: 'layers', diff_ids: diffIds } }
  const written = join(folder, 'config.json')
  await writeFile(written, JSON.stringify(config))
  const typed = layers.map((one) => `${one}:${type}`)
  const how = ['--plain-http', '--disable-path-validation', '--config', `${written}:${CONFIG}`]
  await run('oras', ['push', ...how, at(name), ...typed])
  return stack.crane('digest', '--full-ref', at(name))
}

describe('layers that are stored otherwise', () => {
  const stored = [
    ['gz', (tar: Buffer) => gzipSync(tar, { level: 1 })],
    ['zst', zstdCompressSync],
  ] as const
  for (const [ending, compress] of stored) {
    caseWith(TOOLS, `prove the same base: ${ending}, by crane`, async () => {
      const again = [archives.os, archives.node].map((one) => ({ one, to: `${one}.${ending}` }))
      for (const { one, to } of again) await writeFile(to, compress(await readFile(one)))
      const image = await stack.assemble(`apps/stored:${ending}`, [...again.map(({ to }) => to), archives.app])
      await stack.becomes(image, fresh(base))
    })
  }

  caseWith([...TOOLS, 'oras'], 'prove the same base: not compressed, and under another type, by oras', async () => {
    const layers = [archives.os, archives.node, archives.app]
    await stack.becomes(await pushed('apps/stored:plain', layers, layers), fresh(base))
    await stack.becomes(await pushed('apps/stored:typed', layers, layers, `${LAYER}+gzip`), fresh(base))
  })
})

describe('a lie', () => {
  caseWith(TOOLS, 'that somebody else signed: such a base counts for nobody', async () => {
    const theirs = await stack.base('bases/theirs:1', [{ ...OS, theirs: '' }], { by: stack.stranger })
    const silent = await stack.on(theirs, 'apps/theirs:silent', APP)
    const named = await stack.on(at('bases/theirs:1'), 'apps/theirs:named', APP, '--set-base-image-annotations')
    const unverified = { rung: 'proved', proof: 'layers', signature: 'unverified', digest: digestOf(theirs) }
    await stack.becomes(named, { state: 'pending', base: unverified })
    await stack.idle()
    const none = { rung: 'none', proof: 'none', signature: 'none' }
    expect(await stack.status(silent)).toMatchObject({ state: 'pending', base: none })
    const { state, base: known, checks } = await stack.status(named)
    expect({ state, base: known }).toMatchObject({ state: 'pending', base: unverified })
    const missed = { name: 'on-golden/base', outcome: 'fail', reason: 'base-unverified' }
    expect(checks).toContainEqual(expect.objectContaining(missed))
  })

  caseWith(TOOLS, 'of annotations is told, and nothing follows', async () => {
    const claim = claiming(at('bases/node:22'), digestOf(base))
    const claims = [{ outcome: 'false' }]
    const none = await stack.assemble('apps/claims:none', [archives.app, archives.node])
    const image = await stack.crane('mutate', none, ...claim, '-t', at('apps/claims:v1'))
    const { checks } = await stack.becomes(image, { state: 'pending', base: { rung: 'none', claims } })
    const told = { name: 'base/claim', outcome: 'warn', reason: 'base-claim-false' }
    expect(checks).toContainEqual(expect.objectContaining(told))

    const other = await stack.base('bases/other:1', [{ ...OS, other: '' }])
    const inherited = await stack.on(other, 'apps/claims:on', APP)
    const claimed = await stack.crane('mutate', inherited, ...claim, '-t', at('apps/claims:v2'))
    await stack.becomes(claimed, fresh(other, { claims }))
  })

  caseWith([...TOOLS, 'oras'], 'of the image config is not believed', async () => {
    const { os, node, app, evil } = archives
    const another = await pushed('apps/lied:another', [os, node, app], [os, evil, app])
    const unpacked = expect.stringContaining('layer 2 unpacks to')
    const { checks } = await stack.becomes(another, { state: 'pending', base: { rung: 'none', message: unpacked } })
    expect(checks).toContainEqual(expect.objectContaining({ name: 'on-golden/base', reason: 'layers-mismatch' }))
    const fewer = await pushed('apps/lied:fewer', [os, node, app], [os, app])
    const counted = expect.stringContaining('the config names 3 layers and the manifest has 2')
    await stack.becomes(fewer, { state: 'pending', base: { rung: 'none', message: counted } })
    await stack.becomes(await pushed('apps/lied:not', [os, node, app], [os, node, app]), fresh(base))
  })

  caseWith([...TOOLS, 'oras'], 'that a base repository holds too is not believed either', async () => {
    const { os, node, app, evil } = archives
    const planted = await pushed('bases/planted:1', [os, node], [os, evil])
    await stack.becomes(planted, { state: 'pending' })
    const claim = claiming(at('bases/planted:1'), digestOf(planted))
    const images = [
      await pushed('apps/planted:same', [os, node], [os, evil]),
      await pushed('apps/planted:above', [os, node, app], [os, evil, app]),
    ]
    for (const image of images) {
      const claimed = await stack.crane('mutate', image, ...claim, '-t', at('apps/planted:claimed'))
      await stack.becomes(claimed, { state: 'pending', base: { rung: 'none', proof: 'none' } })
    }
  })

  caseWith(TOOLS, 'is none yet where the base is not there: the image is judged again when it is', async () => {
    const early = await stack.assemble('early:1', [await stack.archive({ ...OS, early: '' })])
    const image = await stack.on(early, 'build/early:2', APP)
    const claim = claiming(at('bases/early:1'), digestOf(early))
    const claimed = await stack.crane('mutate', image, ...claim, '-t', at('apps/early:v1'))
    await stack.becomes(claimed, { state: 'pending', base: { rung: 'claimed', claims: [{ outcome: 'unknown' }] } })
    await stack.crane('copy', early, at('bases/early:1'))
    await stack.counted(at(`bases/early@${digestOf(early)}`))
    await stack.becomes(claimed, fresh(early, { claims: [{ outcome: 'holds' }] }))
  })

  caseWith(TOOLS, 'is quarantined after its grace, and what is true is not', async () => {
    const lie = await stack.on(base, 'apps/judged:lie', { 'usr/bin/node': 'evil' })
    const truth = await stack.on(base, 'apps/judged:truth', APP)
    await stack.becomes(lie, { state: 'pending', base: { intact: 'no' } })
    await stack.becomes(truth, fresh(base))
    await stack.advance(600)
    await stack.becomes(at('apps/judged:lie'), { state: 'failed', quarantined: true, digest: digestOf(lie) })
    const taken = () => exitOf('crane', ['digest', at('apps/judged:lie')])
    await stack.waitFor(taken, (code) => expect(code).not.toBe(0))
    expect(await stack.crane('digest', at('apps/judged:truth'))).toBe(digestOf(truth))
    const lines = await stack.assay('status', lie)
    expect(lines).toMatch(/failed \(quarantined\)$/m)
    expect(lines).toContain('/usr/bin/node (replaced)')
  })

  caseWith(TOOLS, 'or the truth: every verdict is replayed from what is kept', async () => {
    await stack.idle()
    expect(await stack.assay('replay', '--all')).toMatch(/^\d+ the same, 0 changed, 0 could not be replayed$/m)
  })
})
