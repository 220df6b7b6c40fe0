import { describe, expect, it } from 'vitest'
import { getOperations, postSelfTest } from '../../lambda/api/operations.ts'
import { BadInput } from '../../lambda/core/bad-input.ts'
import { reconcile } from '../../lambda/reconciling/reconcile.ts'
import { drain } from '../memory/drain.ts'
import { ALICE, people } from '../memory/people.ts'
import { HOST } from '../memory/world.ts'
import { NODE, OS } from './based.ts'
import { elsewhere, GOLDEN, watching } from './elsewhere.ts'

const NODE_LATEST = watching(GOLDEN, ['node:latest'])
const TAKING = `apiVersion: assay.dev/v1alpha1
kind: Enforcement
metadata: { name: everywhere }
spec: { images: [{ glob: "${GOLDEN}/**" }], gracePeriod: 10m, onFailure: quarantine }
`

describe('a registry in which only bases are read', () => {
  it('is not reconciled, and all of its tags but those of bases are left unread', async () => {
    const { push, world, asked } = await elsewhere([NODE_LATEST])
    await push('node', [OS, NODE])
    await push('other', [OS])
    await reconcile(world)
    expect(asked).toEqual([])
  })

  it('is none of those that are operated, and there is no self-test of it', async () => {
    const { outside, world } = await elsewhere([NODE_LATEST])
    const invoked: unknown[] = []
    const operating = {
      ...people(outside).world,
      registries: world.registries,
      invokeAct: async (payload: unknown) => void invoked.push(payload),
    }
    const { body } = await getOperations(operating)
    expect(body).toMatchObject({ registries: [{ registry: HOST }], reconciliation: [{ registry: HOST }] })
    await expect(postSelfTest(operating, ALICE, { registry: GOLDEN })).rejects.toThrow(BadInput)
    await expect(postSelfTest(operating, ALICE, { registry: GOLDEN })).rejects.toThrow(`watched: ${HOST}`)
    expect(invoked).toEqual([])
  })

  it('keeps the tags of what is bad in it, whatever an Enforcement says', async () => {
    const { push, world, outside, image } = await elsewhere([NODE_LATEST, TAKING])
    const digest = await push('node', [OS, NODE], 'latest', false)
    await drain(outside, world, 20)
    expect(await image('node', digest)).toMatchObject({
      state: 'failed',
      taken: [],
      todo: [],
      tagWork: { tags: [{ tag: 'latest', outcome: 'not-armed' }] },
    })
    expect(await world.registries.get(GOLDEN)?.peek('node', 'latest')).toBe(digest)
  })
})
