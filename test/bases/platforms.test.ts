import { describe, expect, it } from 'vitest'
import { getStatus } from '../../lambda/api/status.ts'
import { formatImage } from '../../lambda/core/image.ts'
import { signStatement } from '../../local/signing/bundle.ts'
import { withKey } from '../../local/signing/signing.ts'
import { attestation } from '../../local/signing/statement.ts'
import { attach, sign } from '../memory/images.ts'
import { indexOf, type Layered, layer } from '../memory/layered.ts'
import { KEYS } from '../memory/world.ts'
import { APP, APP_FILES, BASES, based, NODE, OS } from './based.ts'

const ARM = { os: layer({ 'etc/os-release': 'NAME=arm' }), node: layer({ 'usr/bin/node': 'arm node' }) }
const amd64 = (...more: Layered['layers']): Layered => ({ layers: [OS, NODE, ...more] })
const arm64 = (...more: Layered['layers']): Layered => ({ layers: [ARM.os, ARM.node, ...more], architecture: 'arm64' })

async function platforms() {
  const world = await based({ rule: '{ current: true }' })
  const { registry } = world.outside
  const push = async (name: string, made: readonly Layered[], tag: string) => {
    const digest = world.of(name).push(indexOf(registry, name, made), tag)
    await sign(registry, name, digest, KEYS.privateKey)
    return digest
  }
  return { ...world, pushIndex: push }
}

describe('an index', () => {
  it('stands on the base that each of its platforms stands on', async () => {
    const world = await platforms()
    const base = await world.pushIndex(BASES, [amd64(), arm64()], 'latest')
    await world.settle()
    expect(await world.standing(base)).toMatchObject({
      vouched: ['ours'],
      chains: [{ platform: 'linux/amd64' }, { platform: 'linux/arm64' }],
    })
    const image = await world.pushIndex(APP, [amd64(APP_FILES), arm64(APP_FILES)], 'v1')
    await world.settle()
    const facts = await world.facts(image)
    expect(facts).toMatchObject({ rung: 'fresh', digest: base })
    expect(facts?.platforms).toMatchObject([
      { platform: 'linux/amd64', rung: 'fresh' },
      { platform: 'linux/arm64', rung: 'fresh' },
    ])
    expect(await world.state(image)).toBe('verified')
  })

  it('is no better than its weakest platform', async () => {
    const world = await platforms()
    await world.pushIndex(BASES, [amd64(), arm64()], 'latest')
    await world.settle()
    const tampered = arm64(layer({ 'usr/bin/node': 'evil' }))
    const image = await world.pushIndex(APP, [amd64(APP_FILES), tampered], 'v1')
    const mixed = await world.pushIndex(APP, [amd64(APP_FILES), { layers: [APP_FILES], architecture: 'arm64' }], 'v2')
    await world.settle()
    expect((await world.facts(image))?.platforms.map(({ rung }) => rung)).toEqual(['fresh', 'proved'])
    expect(await world.facts(image)).toMatchObject({ rung: 'proved', intact: 'no' })
    expect(await world.facts(mixed)).toMatchObject({ rung: 'none' })
    expect((await world.record(mixed))?.checks).toContainEqual(
      expect.objectContaining({
        name: 'signed/base',
        outcome: 'fail',
        reason: 'base-missing',
        platform: 'linux/arm64',
      }),
    )
  })

  it('stands on a base of one platform, and is rebuilt once', async () => {
    const world = await platforms()
    const base = await world.pushIndex(BASES, [amd64(), arm64()], 'latest')
    await world.settle()
    const image = await world.image({ layers: [ARM.os, ARM.node, APP_FILES], architecture: 'arm64' })
    const both = await world.pushIndex(APP, [amd64(APP_FILES), arm64(APP_FILES)], 'v2')
    await world.settle()
    expect(await world.facts(image)).toMatchObject({ rung: 'fresh', digest: base })
    await world.pushIndex(BASES, [amd64(layer({ a: '' })), arm64(layer({ a: '' }))], 'latest')
    await world.settle()
    await world.pass(3)
    const [alert] = world.outside.published
    expect(alert?.derived?.count).toBe(2)
    expect(alert?.derived?.images.map((one) => one.image.replace(/.*@/, '')).toSorted()).toEqual(
      [image, both].toSorted(),
    )
  })

  it('whose platforms are attested one by one is known by these', async () => {
    const world = await platforms()
    const { registry } = world.outside
    const index = indexOf(registry, BASES, [amd64(), arm64()])
    for (const [at, { digest }] of index.manifests.entries()) {
      const predicate = { spdxVersion: 'SPDX-2.3', packages: [{ name: 'openssl', versionInfo: `3.${at}` }] }
      const statement = attestation({ digest, predicateType: 'https://spdx.dev/Document', predicate })
      attach(registry, BASES, digest, await signStatement(statement, withKey(KEYS.privateKey)))
    }
    const base = world.of(BASES).push(index, 'latest')
    await sign(registry, BASES, base, KEYS.privateKey)
    await world.settle()
    const { body } = await getStatus(world.outside.world, { image: formatImage(world.of(BASES).id(base)) })
    expect(body).toMatchObject({
      contents: [
        { platform: 'linux/amd64', packages: ['openssl 3.0'] },
        { platform: 'linux/arm64', packages: ['openssl 3.1'] },
      ],
    })
  })
})
