import { describe, expect, it } from 'vitest'
import { statusLines } from '../../cli/commands/status.ts'
import type { BaseFacts, PlatformFacts } from '../../lambda/core/bases/base-facts.ts'
import type { BaseStanding } from '../../lambda/core/bases/standing.ts'
import { statusResponse } from '../../lambda/core/response.ts'
import { digest, HOST, NOW, record } from '../core/records.ts'

const found: Omit<PlatformFacts, 'platform'> = {
  rung: 'verified',
  proof: 'layers',
  signature: 'verified',
  intact: 'yes',
  current: 'no',
  image: `${HOST}/bases/node`,
  digest: digest(2),
  by: ['ours'],
  layers: { base: 2, above: 1 },
  message: '22 points at another image',
}
const none = { ...found, rung: 'none', image: undefined, digest: undefined, message: 'it has a single layer' } as const

function lines(base: BaseFacts | undefined): string[] {
  return statusLines(statusResponse(record({ base }), NOW)).filter((line) => /^ {2}( {2})?(base|linux|win)/.test(line))
}

it('one line tells of the base where there is one platform', () => {
  const base = { ...found, platforms: [{ platform: 'linux/amd64', ...found }] }
  expect(lines(base)).toEqual([`  base verified ${HOST}/bases/node@${digest(2)}: 22 points at another image`])
})

it('and one for each platform where there are several', () => {
  const platforms = [
    { platform: 'linux/amd64', ...found, rung: 'fresh', message: 'as it should be' },
    { platform: 'windows/amd64', ...none },
  ] as BaseFacts['platforms']
  expect(lines({ ...none, platforms } as BaseFacts)).toEqual([
    '  base none: it has a single layer',
    `    linux/amd64: fresh ${HOST}/bases/node@${digest(2)}: as it should be`,
    '    windows/amd64: none: it has a single layer',
  ])
})

it('none is printed where nothing is said of a base', () => {
  expect(lines(undefined)).toEqual([])
  expect(statusLines({ image: 'a' })).toHaveLength(1)
})

it('keeps each on its line, whatever it is told', () => {
  const odd = { ...found, image: 'a\nb', message: `x\u202e${'y'.repeat(600)}` }
  const [line = '', ...more] = lines({ ...odd, platforms: [] })
  expect(more).toEqual([])
  expect(line).toMatch(/^ {2}base verified a\?b@sha256:\w+: x\?y+…$/)
  expect(line.length).toBeLessThan(650)
})

describe('what an image is itself to those that stand on it', () => {
  const standing = {
    vouched: ['ours', 'theirs'],
    chains: [],
    contents: digest(7),
    existedAt: '2026-11-20T00:00:00.000Z',
  }

  it.each([
    [standing, 'vouched for by ours, theirs; there since 2026-11-20T00:00:00.000Z'],
    [{ ...standing, vouched: [] }, 'nobody vouches for it; there since 2026-11-20T00:00:00.000Z'],
    [{ ...standing, replaced: { tag: '22', by: digest(8), behind: 1 } }, `tag 22 points at ${digest(8)}`],
    [{ ...standing, endOfLife: {} }, 'its main package is at its end'],
  ])('is one line', (its, told) => {
    const [line = '', ...more] = statusLines(statusResponse(record({ standing: its as BaseStanding }), NOW)).filter(
      (one) => one.startsWith('  as a base'),
    )
    expect([line, more]).toEqual([expect.stringContaining(told), []])
  })
})
