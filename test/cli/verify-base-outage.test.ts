import { afterEach, describe, expect, it } from 'vitest'
import {
  APP,
  claiming,
  golden,
  NODE,
  onBase,
  type Place,
  policy,
  push,
  reasonsOf,
  registry,
  STRANGER,
  verify,
} from './verified-on.ts'

afterEach(() => {
  process.exitCode = 0
})

describe('a base that cannot be looked at', () => {
  const DOWN = [
    ['does not answer', (place: Place) => place.close()],
    ['answers that it cannot', (place: Place) => place.answerAll({ status: 503 })],
    ['turns us away', (place: Place) => place.answerAll({ status: 401 })],
  ] as const

  it.each(DOWN)('decides nothing where a registry %s, by claim', async (_, fail) => {
    const [home, elsewhere] = [await registry(), await registry()]
    const { name } = await onBase(home, elsewhere)
    await fail(elsewhere)
    const told = await verify(home, policy(home, 'base: {}'), golden(elsewhere))
    expect(told).toMatchObject({ code: 3, state: 'error', base: { rung: 'claimed' } })
    const check = told.checks.find((one) => one.name === 'apps/base')
    expect(check).toMatchObject({
      outcome: 'error',
      reason: 'base-not-judged',
      message: expect.stringContaining(name.replace(':22', '')),
    })
    expect(reasonsOf(told, 'apps/key')).toEqual(['verified'])
    // What it stands on may be what the policy does not want
    const unlessNone = await verify(home, policy(home, 'base: { required: false, current: true }'), golden(elsewhere))
    expect(unlessNone).toMatchObject({ code: 3, state: 'error' })
  })

  it.each(DOWN)('decides nothing where a registry %s, by claimed tag alone, or by watch', async (_, fail) => {
    const [home, elsewhere] = [await registry(), await registry()]
    const name = `${elsewhere.host}/${NODE}:22`
    await fail(elsewhere)
    for (const annotations of [{}, claiming(name)]) {
      await push(home, 'acme/app', { tag: 'v1', files: APP, annotations })
      const told = await verify(home, policy(home, 'base: {}'), golden(elsewhere, `watch: ["${name}"]`))
      expect(told).toMatchObject({ code: 3, state: 'error' })
      expect(reasonsOf(told, 'apps/base')).toEqual(['base-not-judged'])
    }
  })

  it('is not asked for one tag after the other where its registry does not answer', async () => {
    const [home, elsewhere] = [await registry(), await registry()]
    await push(home, 'acme/app', { tag: 'v1', files: APP })
    elsewhere.answerAll({ status: 503 })
    const tags = Array.from({ length: 40 }, (_, n) => `"${elsewhere.host}/${NODE}:${n}"`)
    const told = await verify(home, policy(home, 'base: {}'), golden(elsewhere, `watch: [${tags.join(', ')}]`))
    expect(told).toMatchObject({ code: 3 })
    expect(elsewhere.asked.length).toBeLessThanOrEqual(5)
  })

  it('decides nothing where what it is by another claim is not enough', async () => {
    const [home, elsewhere] = [await registry(), await registry()]
    const base = await push(home, NODE, { tag: '22', signedBy: STRANGER.privateKey })
    const labels = claiming(`${home.host}/${NODE}:22`, base.digest)
    const annotations = claiming(`${elsewhere.host}/${NODE}:22`)
    await push(home, 'acme/app', { tag: 'v1', base, files: APP, labels, annotations })
    await elsewhere.close()
    const told = await verify(home, policy(home, 'base: {}'), golden(home), golden(elsewhere, '', 'other'))
    expect(told).toMatchObject({ code: 3, base: { rung: 'proved' } })
  })

  it('decides nothing in CEL either', async () => {
    const [home, elsewhere] = [await registry(), await registry()]
    await onBase(home, elsewhere)
    await elsewhere.close()
    const cel = 'policy: { type: cel, data: "base.rung == \'fresh\'" }'
    const told = await verify(home, policy(home, cel), golden(elsewhere))
    expect(told).toMatchObject({ code: 3, state: 'error' })
    expect(reasonsOf(told, 'apps/policy')).toEqual(['base-not-judged'])
  })

  it('may lie on top of one that was found, so that no no rests on that one', async () => {
    const [home, elsewhere] = [await registry(), await registry()]
    await onBase(home, home, { signedBy: STRANGER.privateKey })
    await elsewhere.close()
    const other = golden(elsewhere, `watch: ["${elsewhere.host}/${NODE}:22"]`, 'other')
    expect(await verify(home, policy(home, 'base: {}'), golden(home), other)).toMatchObject({ code: 3 })
    // Whom the policy does not name is not asked
    expect(await verify(home, policy(home, 'base: { from: [golden] }'), golden(home), other)).toMatchObject({ code: 1 })
  })

  it('is none to be asked for where a base is found, or another no stands', async () => {
    const [home, elsewhere] = [await registry(), await registry()]
    await onBase(home)
    await elsewhere.close()
    const other = golden(elsewhere, `watch: ["${elsewhere.host}/${NODE}:22"]`, 'other')
    for (const rule of ['base: {}', 'base: { required: false }']) {
      expect(await verify(home, policy(home, rule), golden(home), other)).toMatchObject({ code: 0 })
    }
    await push(home, 'acme/app', { tag: 'v1', files: APP, signedBy: null })
    expect(await verify(home, policy(home, 'base: {}'), golden(home), other)).toMatchObject({ code: 1 })
  })

  it('is a no where it is not there', async () => {
    const [home, elsewhere] = [await registry(), await registry()]
    const gone = claiming(`${elsewhere.host}/${NODE}:22`, `sha256:${'0'.repeat(64)}`)
    await push(home, 'acme/app', { tag: 'v1', files: APP, annotations: gone })
    const told = await verify(
      home,
      policy(home, 'base: {}'),
      golden(elsewhere, `watch: ["${elsewhere.host}/${NODE}:22"]`),
    )
    expect(told).toMatchObject({ code: 1, base: { claims: [{ outcome: 'unknown' }] } })
    expect(reasonsOf(told, 'apps/base')).toEqual(['base-missing'])
  })

  it('is not looked for in a registry that no BaseImage names', async () => {
    const [home, elsewhere] = [await registry(), await registry()]
    await onBase(home, elsewhere)
    elsewhere.asked.length = 0
    const anywhere = golden(home).replace(`${home.host}/bases/**`, '**/bases/**')
    const told = await verify(home, policy(home, 'base: {}'), anywhere)
    expect(told).toMatchObject({ code: 1, base: { claims: [{ detail: `registry ${elsewhere.host} is not read` }] } })
    expect(elsewhere.asked).toEqual([])
  })

  it('is one of many where more tags are watched than are looked at', async () => {
    const [home, elsewhere] = [await registry(), await registry()]
    await push(home, 'acme/app', { tag: 'v1', files: APP })
    const tags = Array.from({ length: 51 }, (__, n) => `"${elsewhere.host}/${NODE}:${n}"`)
    const told = await verify(home, policy(home, 'base: {}'), golden(elsewhere, `watch: [${tags.join(', ')}]`))
    expect(told).toMatchObject({ code: 3, state: 'error' })
    expect(elsewhere.asked.filter((path) => path.includes('/manifests/'))).toHaveLength(50)
  })
})

describe('what is asked of registries', () => {
  async function askedFor(home: Place, ...documents: readonly string[]): Promise<readonly string[]> {
    home.asked.length = 0
    expect(await verify(home, ...documents)).toMatchObject({ code: 0, base: null })
    return home.asked.toSorted()
  }

  it('is no more than before where no policy of the image asks for a base', async () => {
    const home = await registry()
    await onBase(home)
    const watching = golden(home, `watch: ["${home.host}/${NODE}:22"]`)
    const other = policy(home, 'base: {}').replace('/acme/', '/other/').replace('apps', 'others')
    const plain = await askedFor(home, policy(home))
    expect(plain.length).toBeGreaterThan(2)
    expect(await askedFor(home, policy(home), watching)).toEqual(plain)
    expect(await askedFor(home, policy(home), watching, other)).toEqual(plain)
    const cel = 'policy: { type: cel, data: "image.host != \'\'" }'
    expect(await askedFor(home, policy(home, cel), watching)).toEqual(plain)
  })

  it.each([
    ['the base', "base.rung == 'fresh' && base.vouchedFor == ['golden']"],
    ['what the image holds, which its layers tell as well', 'contents.size > 0'],
  ])('is more where CEL names %s', async (_, text) => {
    const home = await registry()
    await onBase(home)
    const cel = `policy: { type: cel, data: "${text}" }`
    expect(await verify(home, policy(home, cel), golden(home))).toMatchObject({ code: 0, base: { rung: 'fresh' } })
  })
})
