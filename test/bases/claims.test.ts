import { describe, expect, it } from 'vitest'
import type { Digest } from '../../lambda/core/image.ts'
import { Unavailable } from '../../lambda/errors.ts'
import { signStatement } from '../../local/signing/bundle.ts'
import { withKey } from '../../local/signing/signing.ts'
import { attestation } from '../../local/signing/statement.ts'
import { attach, sign } from '../memory/images.ts'
import { layer, layered } from '../memory/layered.ts'
import { memoryRegistry } from '../memory/registry.ts'
import { pushed } from '../memory/story.ts'
import { KEYS } from '../memory/world.ts'
import { APP, APP_FILES, based, baseImage, NODE, OS } from './based.ts'

const ELSEWHERE = 'cgr.example'
const SLSA = 'https://slsa.dev/provenance/v1'
const naming = (tag: string, digest?: Digest) => ({
  'org.opencontainers.image.base.name': `${ELSEWHERE}/bases/node:${tag}`,
  ...(digest && { 'org.opencontainers.image.base.digest': digest }),
})

/** Bases lie in a registry that tells nobody of its pushes; `silent`: for how many questions it does not answer. */
async function elsewhere(rule?: string) {
  const bases = memoryRegistry()
  const state = { silent: false }
  const registry = new Proxy(bases.registry, {
    get: (of, name: keyof typeof bases.registry) =>
      state.silent ? () => Promise.reject(new Unavailable(ELSEWHERE, 'down')) : of[name],
  })
  const world = await based({ bases: [baseImage('', 'ours', `${ELSEWHERE}/bases/**`)], ...(rule && { rule }) })
  ;(world.outside.world.registries as Map<string, unknown>).set(ELSEWHERE, registry)
  const put = async (layers: Parameters<typeof layered>[2]['layers'], tag?: string) => {
    const digest = bases.push('bases/node', layered(bases, 'bases/node', { layers }), tag)
    await sign(bases, 'bases/node', digest, KEYS.privateKey)
    return digest
  }
  const silence = (on: boolean) => {
    state.silent = on
  }
  return { ...world, bases, put, state: world.state, silence }
}

describe('a base in a registry that nobody watches', () => {
  it('is fetched because it is claimed, and its tag is followed from then on', async () => {
    const world = await elsewhere()
    const base = await world.put([OS, NODE], 'latest')
    const image = await world.image({ layers: [OS, NODE, APP_FILES], annotations: naming('latest', base) })
    await world.settle()
    expect(await world.facts(image)).toMatchObject({ rung: 'fresh', digest: base, image: `${ELSEWHERE}/bases/node` })
    const renewed = await world.put([OS, layer({ 'usr/bin/node': 'newer' })], 'latest')
    await world.pass(20)
    expect(await world.facts(image)).toMatchObject({ rung: 'verified', current: 'no', replaced: { by: renewed } })
    expect(world.told()).toEqual(['replaced'])
  })

  it('is found by its tag alone, and by provenance', async () => {
    const world = await elsewhere()
    const base = await world.put([OS, NODE], 'latest')
    const byTag = await world.image({ layers: [OS, NODE, APP_FILES], annotations: naming('latest') })
    await world.settle()
    expect(await world.facts(byTag)).toMatchObject({ rung: 'fresh', digest: base, claims: [{ outcome: 'holds' }] })
    const other = await elsewhere()
    await other.put([OS, NODE], 'latest')
    const image = await other.image({ layers: [OS, NODE, APP_FILES] })
    const uri = `pkg:docker/${ELSEWHERE}/bases/node@latest?digest=${base}&platform=linux%2Famd64`
    const unused = `pkg:docker/${ELSEWHERE}/bases/go@1?digest=${base}`
    const predicate = { buildDefinition: { resolvedDependencies: [{ uri: unused }, { uri }] } }
    const bundle = await signStatement(
      attestation({ digest: image, predicateType: SLSA, predicate }),
      withKey(KEYS.privateKey),
    )
    other.outside.queue.send(pushed(attach(other.outside.registry, APP, image, bundle), undefined, APP))
    await other.settle()
    expect(await other.facts(image)).toMatchObject({ rung: 'fresh', digest: base })
    expect((await other.record(image))?.checks.filter(({ reason }) => reason === 'base-claim-false')).toEqual([])
  })

  it('and does not answer, fails nothing that is said to stand on it', async () => {
    const world = await elsewhere('{}')
    const base = await world.put([OS, NODE], 'latest')
    world.silence(true)
    const image = await world.image({ layers: [OS, NODE, APP_FILES], annotations: naming('latest', base) })
    await world.pass(15)
    expect([await world.state(image), await world.at('v1'), world.told()]).toEqual(['error', image, ['error']])
    world.silence(false)
    await world.pass(20)
    expect([await world.state(image), world.told()]).toEqual(['verified', ['error', 'recovered']])
  })

  it('that is not there fails what asks for one', async () => {
    const world = await elsewhere('{}')
    const image = await world.image({ layers: [OS, NODE, APP_FILES], annotations: naming('gone') })
    await world.pass(12)
    expect([await world.state(image), await world.at('v1')]).toEqual(['failed', undefined])
  })
})
