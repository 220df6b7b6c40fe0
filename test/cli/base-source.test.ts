import { describe, expect, it } from 'vitest'
import { baseSource } from '../../cli/base-source.ts'
import { memoryEvidence } from '../../cli/memory-evidence.ts'
import { type Digest, isDigest } from '../../lambda/core/image.ts'
import { examine } from '../../lambda/examine.ts'
import type { Registry } from '../../lambda/ports.ts'
import { signStatement } from '../../local/signing/bundle.ts'
import { withKey } from '../../local/signing/signing.ts'
import { attestation } from '../../local/signing/statement.ts'
import { APP, APP_FILES, BASES, basePolicies, NODE, OS } from '../bases/based.ts'
import { attach, sign } from '../memory/images.ts'
import { indexOf, type Layered, layer, layered } from '../memory/layered.ts'
import { type MemoryRegistry, memoryRegistry, sha256 } from '../memory/registry.ts'
import { HOST, KEYS } from '../memory/world.ts'
import { claiming } from './verified-on.ts'

const NAME = `${HOST}/${BASES}`
const NEWER = layer({ 'usr/bin/node': 'newer' })

async function push(at: MemoryRegistry, name: string, made: Layered, tag: string): Promise<Digest> {
  const digest = at.push(name, layered(at, name, made), tag)
  await sign(at, name, digest, KEYS.privateKey)
  return digest
}

async function attestPackages(at: MemoryRegistry, digest: Digest, packages: readonly string[]): Promise<void> {
  const predicate = {
    spdxVersion: 'SPDX-2.3',
    packages: packages.map((one) => ({ name: one.split(' ')[0], versionInfo: one.split(' ')[1] })),
  }
  const said = attestation({ digest, predicateType: 'https://spdx.dev/Document', predicate })
  attach(at, BASES, digest, await signStatement(said, withKey(KEYS.privateKey)))
}

/** What is found of an image where there is no table. */
async function found(registry: Registry, digest: Digest, rule = '{ current: true }') {
  const common = {
    now: () => new Date('2026-11-22T12:00:00Z'),
    registryOf: () => registry,
    policies: basePolicies({ rule }),
    trust: new Map(),
  }
  const id = { host: HOST, name: APP, digest }
  const examined = await examine({ ...common, evidence: memoryEvidence(), bases: baseSource(common, id)! }, id)
  const { judged } = examined!
  return judged.kind === 'verdict' ? judged.verdict : undefined
}

describe('bases that are judged on the spot', () => {
  it('have the tags that a registry lists on them', async () => {
    const at = memoryRegistry()
    const base = await push(at, BASES, { layers: [OS, NODE] }, 'latest')
    const image = await push(at, APP, { layers: [OS, NODE, APP_FILES], annotations: claiming(NAME, base) }, 'v1')
    expect(await found(at.registry, image)).toMatchObject({
      outcome: 'verified',
      base: { rung: 'fresh', message: expect.stringContaining('tag latest points at it') },
    })
  })

  it.each([
    ['the same packages', ['openssl 3.3.1'], 'verified', 'with the same packages'],
    ['others', ['openssl 3.3.2'], 'rejected', 'openssl 3.3.1'],
  ])('that were replaced by one with %s', async (_, packages, outcome, message) => {
    const at = memoryRegistry()
    const old = await push(at, BASES, { layers: [OS, NODE] }, 'latest')
    await attestPackages(at, old, ['openssl 3.3.1'])
    const annotations = claiming(`${NAME}:latest`, old)
    const image = await push(at, APP, { layers: [OS, NODE, APP_FILES], annotations }, 'v1')
    const next = await push(at, BASES, { layers: [OS, NEWER] }, 'latest')
    await attestPackages(at, next, packages)
    expect(await found(at.registry, image)).toMatchObject({
      outcome,
      base: { replaced: { by: next }, message: expect.stringContaining(message) },
    })
  })

  it('are no place for a defect to hide in', async () => {
    const at = memoryRegistry()
    const image = await push(at, APP, { layers: [APP_FILES], annotations: claiming(`${NAME}:latest`) }, 'v1')
    const resolve = async () => {
      throw new TypeError('a defect')
    }
    await expect(found({ ...at.registry, resolve }, image)).rejects.toThrow('a defect')
  })

  it('are a hundred at most, whatever is claimed', async () => {
    const at = memoryRegistry()
    const asked = new Set<string>()
    const manifest: Registry['manifest'] = async (name, reference, maxBytes) => {
      if (name === BASES && isDigest(reference)) asked.add(reference)
      return at.registry.manifest(name, reference, maxBytes)
    }
    const platforms = Array.from({ length: 60 }, (_, n) => {
      const claim = (text: string) => claiming(NAME, sha256(Buffer.from(`${text}${n}`)))
      return { layers: [APP_FILES], architecture: `a${n}`, annotations: claim('a'), config: { Labels: claim('l') } }
    })
    const image = at.push(APP, indexOf(at, APP, platforms), 'v1')
    await sign(at, APP, image, KEYS.privateKey)
    const verdict = await found({ ...at.registry, manifest }, image)
    expect(verdict).toMatchObject({ outcome: 'rejected', onlyBase: 'awaited' })
    expect(verdict?.checks.find(({ reason }) => reason === 'base-not-judged')?.message).toContain('more than 100 bases')
    // And fifty are asked for whether they are there
    expect(asked.size).toBeLessThanOrEqual(150)
  })
})
