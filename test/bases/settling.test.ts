import { expect, it } from 'vitest'
import { judge } from '../../lambda/pipeline.ts'
import { sweep } from '../../lambda/sweep.ts'
import { layer } from '../memory/layered.ts'
import { pushed } from '../memory/story.ts'
import { HOST } from '../memory/world.ts'
import { attest, SPDX, sbom } from './attesting.ts'
import { APP_FILES, BASES, based, baseImage, basePolicies, NODE, OS } from './based.ts'

const PACKAGES = ['openssl 3.3.1', 'nodejs 20']
const newer = layer({ 'usr/bin/node': 'newer' })

/** An image that must stand on a current base, on one whose SBOM is attested. */
async function onAttested() {
  const world = await based({ rule: '{ current: true }' })
  const old = await world.base([OS, NODE])
  await attest(world, BASES, old, SPDX, sbom(...PACKAGES))
  await world.settle()
  const image = await world.image({ layers: [OS, NODE, APP_FILES] })
  await world.settle()
  world.outside.advance(3600)
  /** Looks at the image anew, after so many seconds. */
  const look = async (seconds: number) => {
    world.outside.advance(seconds)
    world.outside.queue.send({ ...pushed(image, 'v1', 'prod/app'), kind: 'recheck' })
    await world.settle()
    return [await world.state(image), (await world.facts(image))?.current, world.told()]
  }
  /** Deletes the base. */
  const drop = async () => {
    world.outside.registry.remove(BASES, old)
    world.outside.queue.send({ ...pushed(old, undefined, BASES), kind: 'delete' })
    await world.settle()
  }
  return { ...world, world, old, image, look, drop }
}

it('what took the place of a base has a minute to get its SBOM, whoever looks meanwhile', async () => {
  const { world, base, look, facts, image } = await onAttested()
  const next = await base([OS, newer])
  expect(await look(0)).toEqual(['verified', 'yes', []])
  expect(await facts(image)).toMatchObject({
    message: expect.stringContaining(`points at ${next}, with which its packages are not compared yet`),
  })
  expect(await look(30)).toEqual(['verified', 'yes', []])
  await attest(world, BASES, next, SPDX, sbom(...PACKAGES))
  expect(await look(1)).toEqual(['verified', 'yes', []])
  expect(await look(3600)).toEqual(['verified', 'yes', []])
})

it('where none has come by then it is told, by itself', async () => {
  const { base, image, settle, pass, state, told } = await onAttested()
  await base([OS, newer])
  await settle()
  expect([await state(image), told()]).toEqual(['verified', []])
  await pass(3)
  expect([await state(image), told()]).toEqual(['degraded', ['replaced']])
})

it('counts from when the tag was moved, where what it was moved to has long been vouched for', async () => {
  const { world, base, image, outside, settle, state, told } = await onAttested()
  const next = await base([OS, newer], 'next')
  await settle()
  outside.advance(3600)
  expect(await base([OS, newer])).toBe(next)
  await settle()
  expect([await state(image), told()]).toEqual(['verified', []])
  outside.advance(61)
  await sweep(world.outside.world)
  await settle()
  expect([await state(image), told()]).toEqual(['degraded', ['replaced']])
})

it('an image that is looked at before its base is goes by the SBOMs of both', async () => {
  const { world, base, look } = await onAttested()
  const next = await base([OS, newer])
  await attest(world, BASES, next, SPDX, sbom('openssl 3.3.2', 'nodejs 20'))
  expect(await look(0)).toEqual(['degraded', 'no', expect.anything()])
})

it('what was replaced long ago does not become current again while a tag moves on', async () => {
  const { base, look, pass, settle, facts, image } = await onAttested()
  const next = await base([OS, newer])
  await settle()
  await pass(3)
  expect(await look(0)).toEqual(['degraded', 'no', ['replaced']])
  for (const content of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) {
    await base([OS, layer({ 'usr/bin/node': content })])
    expect(await look(20)).toEqual(['degraded', 'no', ['replaced']])
  }
  expect(await facts(image)).not.toMatchObject({ replaced: { by: next } })
})

it('whoever moves a tag every few seconds hides nothing', async () => {
  const { base, look, pass } = await onAttested()
  for (const content of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) {
    await base([OS, layer({ 'usr/bin/node': content })])
    await look(20)
  }
  expect((await look(0)).slice(0, 2)).toEqual(['degraded', 'no'])
  await pass(1)
  expect(await look(0)).toEqual(['degraded', 'no', ['replaced']])
})

it('what is told of a base is told, though the base is deleted within the minute', async () => {
  const { base, settle, pass, told, look, drop } = await onAttested()
  await base([OS, newer])
  await settle()
  await drop()
  expect(told()).toEqual([])
  await pass(5)
  expect(told()).toEqual(['replaced'])
  expect(await look(0)).toEqual(['degraded', 'no', ['replaced']])
})

it('a second minute is not had by what comes and goes', async () => {
  const { base, pass, settle, look, outside } = await onAttested()
  const next = await base([OS, newer])
  await settle()
  await pass(3)
  const id = { host: HOST, name: BASES, digest: next }
  const record = (await outside.world.store.image(id))!
  const since = outside.now().toISOString()
  await outside.world.store.putImage({ ...record, version: record.version + 1, since }, record.version)
  expect(await look(0)).toEqual(['degraded', 'no', ['replaced']])
})

it('a base that is gone is written down once, and told of once, whatever policies cover meanwhile', async () => {
  const { world, base, old, settle, pass, told, outside, drop } = await onAttested()
  await base([OS, newer])
  await settle()
  await drop()
  await pass(5)
  expect(told()).toEqual(['replaced'])
  const id = { host: HOST, name: BASES, digest: old }
  const look = async (policies = outside.world.policies) => {
    await judge({ ...outside.world, policies }, id)
    await pass(3)
    return (await world.outside.world.store.image(id))?.version
  }
  const version = await look()
  expect(await look()).toBe(version)
  const none = basePolicies({ bases: [baseImage('', 'far', 'far.example/**')] })
  await look(none)
  await look()
  expect(told().filter((event) => event === 'replaced')).toHaveLength(1)
})

it('the first of two that are new has its minute first', async () => {
  const { base, look, pass } = await onAttested()
  await base([OS, newer])
  await look(50)
  await base([OS, layer({ 'usr/bin/node': 'newest' })])
  expect(await look(5)).toEqual(['verified', 'yes', []])
  await look(6)
  await pass(1)
  expect((await look(0)).slice(0, 2)).toEqual(['degraded', 'no'])
})
