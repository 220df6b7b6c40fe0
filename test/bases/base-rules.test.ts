import { expect, it } from 'vitest'
import { gate } from '../../lambda/core/gate.ts'
import { enforcementFor } from '../../lambda/core/policy/match.ts'
import { currentPolicyHash } from '../../lambda/examine.ts'
import { HOST } from '../memory/world.ts'
import { APP_FILES, based, basePolicies, NODE, OS } from './based.ts'
import { theirImage } from './strangers.ts'

it('whom a BaseImage trusts is part of the policies that a verdict was reached under', async () => {
  const world = await based({ rule: '{}' })
  await world.base([OS, NODE])
  await world.settle()
  const image = await world.image({ layers: [OS, NODE, APP_FILES] })
  await world.settle()
  const set = basePolicies({ rule: '{}', bases: [theirImage('', `${HOST}/bases/**`, 'ours')] })
  const id = world.id(image)
  const answer = gate(
    await world.record(image),
    currentPolicyHash(set, id),
    enforcementFor(set, id),
    world.outside.now().toISOString(),
  )
  expect(answer).toMatchObject({ allow: false, reasons: ['the policies have changed since the last verdict'] })
})
