import { expect, it } from 'vitest'
import { paced } from '../../lambda/quarantine/paced.ts'
import { memoryRegistry } from '../memory/registry.ts'
import { image } from '../registry/fixtures.ts'

it('puts at once what comes slowly, lets wait what comes fast, and holds nothing else back', async () => {
  let now = 0
  const waits: number[] = []
  const pause = async (milliseconds: number) => {
    waits.push(milliseconds)
    now += milliseconds
  }
  const { tagger } = memoryRegistry()
  const slow = paced(tagger, 4, () => new Date(now), pause)
  const { manifest } = image('one')
  const put = (tag: string) => slow.put('app', tag, manifest)
  expect(await put('v1')).toBe('put')
  now += 300
  await put('v2')
  expect(waits).toEqual([])
  await put('v3')
  await put('v4')
  expect(waits).toEqual([250, 250])
  await slow.remove('app', 'v1', manifest.digest)
  expect(waits).toHaveLength(2)
  now = 10_000
  await Promise.all([put('a'), put('b'), put('c')])
  expect(waits.slice(2)).toEqual([250, 250])
})
