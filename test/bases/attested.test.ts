import { describe, expect, it } from 'vitest'
import { getChain } from '../../lambda/api/chain.ts'
import { getStatus } from '../../lambda/api/status.ts'
import { formatImage } from '../../lambda/core/image.ts'
import { layer } from '../memory/layered.ts'
import { HOST } from '../memory/world.ts'
import { attest, SPDX, sbom } from './attesting.ts'
import { APP, APP_FILES, BASES, based, NODE, OS } from './based.ts'

const SLSA = 'https://slsa.dev/provenance/v1'

const provenance = (finishedOn: string, commit = 'a'.repeat(40)) => ({
  buildDefinition: {
    buildType: 'https://actions.github.io/buildtypes/workflow/v1',
    externalParameters: { workflow: { repository: 'https://github.com/acme/app', ref: 'refs/heads/main' } },
    resolvedDependencies: [{ uri: 'git+https://github.com/acme/app@refs/heads/main', digest: { gitCommit: commit } }],
  },
  runDetails: { builder: { id: 'https://github.com/actions/runner' }, metadata: { finishedOn } },
})

const newer = layer({ 'usr/bin/node': 'newer' })

describe('what an image holds', () => {
  it('is told by its attested SBOM, and beside its base by that of the base', async () => {
    const world = await based()
    const base = await world.base([OS, NODE])
    await attest(world, BASES, base, SPDX, sbom('openssl 3.3.1', 'busybox 1.36'))
    await world.settle()
    const image = await world.image({ layers: [OS, NODE, APP_FILES], config: { User: '65532' } })
    await attest(world, APP, image, SPDX, sbom('openssl 3.3.1', 'busybox 1.36', 'express 4.19'))
    await world.settle()
    const { body } = await getStatus(world.outside.world, { image: formatImage(world.id(image)) })
    expect(body).toMatchObject({
      contents: [
        {
          count: 3,
          shells: ['busybox'],
          packageManagers: [],
          packages: ['busybox 1.36', 'express 4.19', 'openssl 3.3.1'],
        },
      ],
      runs: [{ platform: 'linux/amd64', user: '65532', layers: 3, tools: { shells: ['sh'], packageManagers: [] } }],
      overBase: { added: 1, removed: 0, changed: 0, listed: ['express 4.19 added'] },
    })
  })

  it('can be asked for by a policy, with what it stands on', async () => {
    const more = (text: string) => `{}\n  policy: { type: cel, data: '${text}' }`
    const rule = more(
      'contents.packages <= 2 && contents.shells == ["sh"] && base.rung == "fresh" && base.layers.above == 1',
    )
    const world = await based({ rule })
    await world.base([OS, NODE])
    await world.settle()
    const slim = await world.image({ layers: [OS, NODE, APP_FILES] })
    await attest(world, APP, slim, SPDX, sbom('openssl 3.3.1'))
    const fat = await world.image({ layers: [OS, NODE, newer] }, 'v2')
    await attest(world, APP, fat, SPDX, sbom('openssl 3.3.1', 'bash 5.2'))
    const unknown = await world.image({ layers: [OS, NODE, layer({ other: '' })] }, 'v3')
    await world.settle()
    expect(await Promise.all([slim, fat, unknown].map((one) => world.state(one)))).toEqual([
      'verified',
      'pending',
      'pending',
    ])
  })
})

describe('a base that is rebuilt', () => {
  const rebuilt = async (packages: readonly string[]) => {
    const world = await based({ rule: '{ current: true }' })
    const old = await world.base([OS, NODE])
    await attest(world, BASES, old, SPDX, sbom('openssl 3.3.1', 'nodejs 20'))
    await world.settle()
    const image = await world.image({ layers: [OS, NODE, APP_FILES] })
    await world.settle()
    world.outside.advance(3600)
    const next = await world.base([OS, newer])
    await attest(world, BASES, next, SPDX, sbom(...packages))
    await world.settle()
    await world.pass(5)
    return { world, image, facts: await world.facts(image) }
  }

  it('with the same packages alarms nobody', async () => {
    const { world, image, facts } = await rebuilt(['openssl 3.3.1', 'nodejs 20'])
    expect([await world.state(image), world.told()]).toEqual(['verified', []])
    expect(facts).toMatchObject({
      rung: 'fresh',
      current: 'yes',
      replaced: { material: { changed: 0, added: 0, removed: 0 } },
    })
  })

  it('with others tells which', async () => {
    const { world, image, facts } = await rebuilt(['openssl 3.3.2', 'nodejs 20', 'zlib 1.3'])
    expect([await world.state(image), world.told()]).toEqual(['degraded', ['replaced']])
    const material = { changed: 1, added: 1, removed: 0, listed: ['openssl 3.3.1 -> 3.3.2', 'zlib 1.3 added'] }
    expect(facts).toMatchObject({ rung: 'verified', current: 'no', replaced: { material } })
    expect(world.outside.published[0]?.derived?.replaced).toMatchObject({ material })
  })

  it('is not replaced by what nobody vouches for', async () => {
    const world = await based({ rule: '{ current: true }' })
    await world.base([OS, NODE])
    await world.settle()
    const image = await world.image({ layers: [OS, NODE, APP_FILES] })
    await world.settle()
    world.of(BASES).push({ ...emptyManifest(world) }, 'latest')
    await world.settle()
    await world.pass(3)
    expect([await world.state(image), (await world.facts(image))?.current, world.told()]).toEqual([
      'verified',
      'yes',
      [],
    ])
  })

  it('is at its end where Chainguard attests it', async () => {
    const world = await based({ rule: '{ current: true }' })
    const base = await world.base([OS, NODE])
    await world.settle()
    const image = await world.image({ layers: [OS, NODE, APP_FILES] })
    await world.settle()
    await attest(world, BASES, base, 'https://chainguard.dev/end-of-life', { eolDate: '2026-10-01' })
    await world.settle()
    await world.pass(3)
    expect(await world.facts(image)).toMatchObject({
      current: 'no',
      endOfLife: { endOfLifeAt: '2026-10-01T00:00:00.000Z' },
    })
    expect([await world.state(image), world.told()]).toEqual(['degraded', ['ended']])
  })

  it('is as old as its provenance says', async () => {
    const world = await based()
    const base = await world.base([OS, NODE])
    await attest(world, BASES, base, SLSA, provenance('2026-11-01T10:00:00Z'))
    await world.settle()
    expect(await world.standing(base)).toMatchObject({ existedAt: '2026-11-01T10:00:00.000Z' })
  })
})

describe('the chain of trust', () => {
  it('goes from source and build to the image, and to its base', async () => {
    const world = await based()
    const base = await world.base([OS, NODE])
    await attest(world, BASES, base, SLSA, provenance('2026-11-01T10:00:00Z'))
    await world.settle()
    const image = await world.image({ layers: [OS, NODE, APP_FILES] })
    await world.settle()
    const chain = async () => (await getChain(world.outside.world, { image: formatImage(world.id(image)) })).body
    expect(await chain()).toMatchObject({
      unbroken: false,
      broken: [expect.stringContaining('source: nobody'), expect.stringContaining('build: nobody')],
    })
    await attest(world, APP, image, SLSA, provenance('2026-11-22T10:00:00Z', 'b'.repeat(40)))
    await world.settle()
    expect(await chain()).toMatchObject({
      unbroken: true,
      broken: [],
      images: [
        {
          digest: image,
          links: [
            {
              link: 'source',
              repository: 'https://github.com/acme/app',
              commit: 'b'.repeat(40),
              ref: 'refs/heads/main',
              signedBy: expect.stringContaining('key sha256:'),
            },
            { link: 'build', builder: 'https://github.com/actions/runner', finishedOn: '2026-11-22T10:00:00.000Z' },
            { link: 'image', state: 'verified' },
            { link: 'base', digest: base, rung: 'fresh', vouchedFor: ['ours'] },
          ],
        },
        {
          image: `${HOST}/${BASES}@${base}`,
          links: [{ link: 'source', commit: 'a'.repeat(40) }, { link: 'build' }, { link: 'image' }],
        },
      ],
    })
  })
})

function emptyManifest(world: Awaited<ReturnType<typeof based>>) {
  const blob = (text: string) => ({
    mediaType: 'application/vnd.oci.image.config.v1+json',
    digest: world.outside.registry.addBlob(BASES, Buffer.from(text)),
    size: text.length,
  })
  return {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: blob('{"os":"linux"}'),
    layers: [],
  }
}
