import { beforeEach, describe, expect, it } from 'vitest'
import { formatImage } from '../../lambda/core/image.ts'
import type { ImageRecord } from '../../lambda/core/status.ts'
import { findTodo, openTodo } from '../../lambda/core/todo.ts'
import { sweep } from '../../lambda/sweep.ts'
import { updateImage } from '../../lambda/update-image.ts'
import { digest } from '../core/records.ts'
import { deliver } from '../memory/drain.ts'
import { type Before, intercepted, once } from '../memory/faults.ts'
import { layer } from '../memory/layered.ts'
import { HOST, type World } from '../memory/world.ts'
import { BASES, based, NODE, OS } from './based.ts'
import { know, standingOn } from './derived.ts'

const NEWER = layer({ 'usr/bin/node': 'newer' })

/** A base on which so many images stand. Who is asked to be judged again is written down, and is not. */
async function crowded(count: number) {
  const home = await based()
  const { outside } = home
  const asked: string[] = []
  const moved: string[] = []
  const { queue } = outside.world
  const world: World = {
    ...outside.world,
    watched: [],
    queue: {
      ...queue,
      // A later look at the base itself would go on with it between two sweeps
      verify: async ({ host, name, digest: its }) => {
        if (name !== BASES) asked.push(formatImage({ host, name, digest: its }))
      },
    },
    taggers: new Map([[HOST, refusing(moved)]]),
  }
  const old = await home.base([OS, NODE])
  await deliver(outside, world)
  // Until nothing is judged anew for new rules
  for (let n = 0; n < 3; n++) await sweep(world)
  const [end] = (await home.standing(old))?.chains ?? []
  for (let n = 0; n < count; n++)
    await know(world, { name: `prod/app${n % 7}`, digest: digest(9000 + n), base: standingOn([end!.chain]) })
  const base = { host: HOST, name: BASES, digest: old }
  const minutes = async (minutes: number, by: World = world) => {
    for (let minute = 0; minute < minutes; minute++) {
      outside.advance(60)
      await sweep(by)
      await deliver(outside, by)
    }
  }
  return {
    ...home,
    world,
    base,
    asked,
    moved,
    minutes,
    renew: async (by: World = world) => {
      const renewed = await home.base([OS, NEWER])
      await deliver(outside, by)
      return renewed
    },
    /** The tag is put back on the old one. */
    again: async () => {
      await home.base([OS, NODE])
      await deliver(outside, world)
    },
    open: async () => findTodo((await world.store.image(base))!, 'derived'),
    alerts: () => outside.published.map(({ event, derived }) => `${event} ${derived?.count} ${derived?.images.length}`),
  }
}

/** Writes down whatever is asked of it. */
function refusing(moved: string[]) {
  const get = (_: unknown, method: string) => async () => void moved.push(method)
  return new Proxy({}, { get }) as NonNullable<ReturnType<World['taggers']['get']>>
}

describe('when a base is pushed anew on which 5,000 images stand', () => {
  let at: Awaited<ReturnType<typeof crowded>>
  beforeEach(async () => {
    at = await crowded(5_000)
  })

  it('a thousand a minute are asked to be judged again, each once, and one alert tells of all, naming a hundred', async () => {
    const renewed = await at.renew()
    for (const count of [1_000, 2_000, 3_000, 4_000]) {
      expect([at.asked.length, at.alerts()]).toEqual([count, []])
      await at.minutes(1)
    }
    expect([at.asked.length, new Set(at.asked).size]).toEqual([5_000, 5_000])
    await at.minutes(10)
    expect([at.asked.length, at.alerts(), await at.open()]).toEqual([5_000, ['replaced 5000 100'], undefined])
    const [alert] = at.outside.published
    expect(alert).toMatchObject({ digest: at.base.digest, state: 'verified', checks: [], tags: [] })
    expect(alert?.derived?.replaced).toMatchObject({ tag: 'latest', by: renewed, behind: 1 })
    expect(alert?.derived?.images.map(({ image }) => image)).toEqual(at.asked.toSorted().slice(0, 100))
    expect(at.moved).toEqual([])
  })

  it('news that come between two runs begin anew, and the worst of them is told', async () => {
    await at.renew()
    await at.minutes(1)
    expect(at.asked).toHaveLength(2_000)
    await updateImage(at.world, at.base, (record) => openTodo(record, 'derived', { news: 'unvouched' }))
    await at.minutes(20)
    expect([at.asked.length, new Set(at.asked).size]).toEqual([7_000, 5_000])
    expect(at.alerts()).toEqual(['unvouched 5000 100'])
  })
})

describe('whoever dies on the way', () => {
  const crash = () => {
    throw new Error('crash')
  }

  const keepsPlace: Before = (port, method, [record]) => {
    if (port === 'store' && method === 'putImage' && findTodo(record as ImageRecord, 'derived')?.progress) crash()
  }

  it.each([
    ['among those who are asked', once('queue', 'verify', crash, 700)],
    ['among those of the second run', once('queue', 'verify', crash, 1_300)],
    ['before the place is written down', keepsPlace],
    ['while it is told', once('alerts', 'publish', crash)],
  ])('%s, all are asked, and it is told', async (_, before) => {
    const at = await crowded(1_500)
    const dying = intercepted(at.world, before)
    await expect(at.renew(dying).then(() => at.minutes(10, dying))).rejects.toThrow('crash')
    await at.minutes(30)
    expect(new Set(at.asked).size).toBe(1_500)
    expect([at.alerts(), await at.open()]).toEqual([['replaced 1500 100'], undefined])
  })

  it('right after it was told, it is told again', async () => {
    const at = await crowded(150)
    const dying: World = {
      ...at.world,
      alerts: {
        publish: async (alert) => {
          await at.world.alerts.publish(alert)
          crash()
        },
      },
    }
    await expect(at.renew(dying)).rejects.toThrow('crash')
    await at.minutes(30)
    expect([at.alerts(), await at.open()]).toEqual([['replaced 150 100', 'replaced 150 100'], undefined])
  })
})

describe('what is told', () => {
  it('is of what was still so at the end: a tag may have been put back', async () => {
    const at = await crowded(1_500)
    await at.renew()
    await at.again()
    await at.minutes(20)
    expect(new Set(at.asked).size).toBe(1_500)
    expect([at.alerts(), await at.open()]).toEqual([[], undefined])
  })

  it('is of all, where news come in the midst of a run', async () => {
    const at = await crowded(1_500)
    const news = () => updateImage(at.world, at.base, (record) => openTodo(record, 'derived', { news: 'unvouched' }))
    await at.renew(intercepted(at.world, once('queue', 'verify', news, 500)))
    await at.minutes(10)
    expect([at.asked.length, at.alerts()]).toEqual([2_500, ['unvouched 1500 100']])
  })

  it('is news that come while it is told, after that', async () => {
    const at = await crowded(150)
    const news = () => updateImage(at.world, at.base, (record) => openTodo(record, 'derived', { news: 'unvouched' }))
    await at.renew(intercepted(at.world, once('alerts', 'publish', news)))
    expect([at.asked.length, at.alerts()]).toEqual([150, ['replaced 150 100']])
    await at.minutes(5)
    expect([at.asked.length, at.alerts()]).toEqual([300, ['replaced 150 100', 'unvouched 150 100']])
  })

  it('is nothing where nobody stands on it, and nothing of a base that is new', async () => {
    const at = await crowded(0)
    await at.renew()
    await at.minutes(5)
    expect([at.alerts(), await at.open()]).toEqual([[], undefined])
  })
})
