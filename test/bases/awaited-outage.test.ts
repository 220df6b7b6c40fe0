import { expect, it } from 'vitest'
import { canonicalJson } from '../../lambda/core/canonical.ts'
import type { Transcript } from '../../lambda/core/transcript.ts'
import { Unavailable } from '../../lambda/errors.ts'
import { replay } from '../../lambda/replay.ts'
import { sweep } from '../../lambda/sweep.ts'
import { deliver } from '../memory/drain.ts'
import { intercepted } from '../memory/faults.ts'
import { sign } from '../memory/images.ts'
import { layered } from '../memory/layered.ts'
import { story } from '../memory/story.ts'
import { HOST, KEYS } from '../memory/world.ts'
import { APP_FILES, based, basePolicies, NODE, OS } from './based.ts'

it('rules that begin to ask for a base take no tag while the registry of the base is down, whatever onDegraded says', async () => {
  const onFailure = 'quarantine, onDegraded: quarantine'
  const world = await based({ bases: [], onFailure })
  const { outside } = world
  const golden = outside.registry.push(
    'bases/golden',
    layered(outside.registry, 'bases/golden', { layers: [OS, NODE] }),
  )
  await sign(outside.registry, 'bases/golden', golden, KEYS.privateKey)
  const annotations = {
    'org.opencontainers.image.base.name': `${HOST}/bases/golden:latest`,
    'org.opencontainers.image.base.digest': golden,
  }
  const image = await world.image({ layers: [OS, NODE, APP_FILES], annotations })
  await world.settle()
  const now = { ...outside.world, policies: basePolicies({ rule: '{}', onFailure }) }
  const down = intercepted(now, (port, _, [name]) => {
    if (port === 'registry' && name === 'bases/golden') throw new Unavailable(HOST, 'no answer')
  })
  for (let minute = 0; minute < 30; minute++) {
    await sweep({ ...down, watched: [] })
    await deliver(outside, down)
    outside.advance(60)
  }
  expect([await world.state(image), await world.at('v1'), world.told()]).toEqual(['verified', image, []])
  const later = story({ ...outside, world: now })
  await later.pass(30)
  expect([await world.state(image), world.told()]).toEqual(['verified', []])
  expect(await world.facts(image)).toMatchObject({ signature: 'verified' })
})

it('a verdict of an earlier release, where one text told of what is awaited, is decided again', async () => {
  const world = await based({ rule: '{ required: true }' }, { walked: false })
  const image = await world.image({ layers: [OS, NODE, APP_FILES] })
  await world.settle()
  const { evidence } = world.outside.world
  const { transcript } = (await world.record(image))!
  const kept = JSON.parse(Buffer.from((await evidence.get(transcript!))!).toString()) as Transcript
  const [awaited] = kept.base?.awaited ?? []
  expect(awaited?.why).toContain('has not been walked through once')
  const earlier = { ...kept, base: { ...kept.base, awaited: awaited?.why } }
  const digest = await evidence.put(Buffer.from(canonicalJson(earlier)))
  expect(await replay(evidence, digest)).toMatchObject({ same: true })
})
