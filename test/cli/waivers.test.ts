import { afterEach, expect, it, vi } from 'vitest'
import { releaseCommand } from '../../cli/commands/release.ts'
import { statusCommand } from '../../cli/commands/status.ts'
import { waiversCommand } from '../../cli/commands/waivers.ts'
import { BadInput } from '../../lambda/core/bad-input.ts'
import { Unavailable } from '../../lambda/errors.ts'
import { HOST, ID } from '../core/records.ts'
import { api } from './answering-api.ts'

afterEach(() => {
  vi.restoreAllMocks()
  process.exitCode = 0
})

const IMAGE = `${HOST}/prod/app@${ID.digest}`
const waiver = { by: 'alice', reason: 'the fix\u001b[2J is coming', at: '2026-11-22', expiresAt: '2026-11-23' }
const listed = { image: IMAGE, digest: ID.digest, state: 'failed', ...waiver }

const status = { image: `${HOST}/prod/app`, digest: ID.digest, state: 'failed', quarantined: true, checks: [], waiver }

it('release sends what was said, and prints the status with the waiver, on lines of its own', async () => {
  const { asked, run } = await api([200, status])
  const lines = await run(releaseCommand(), IMAGE, '--reason', 'why', '--expires', '2026-12-24T18:00:00Z')
  expect(asked).toEqual([
    {
      method: 'POST',
      url: '/v1/releases',
      body: { image: IMAGE, reason: 'why', expiresAt: '2026-12-24T18:00:00Z' },
    },
  ])
  expect(lines.join('\n')).toContain('accepted by alice until 2026-11-23: the fix?[2J is coming')
})

it('release takes a length of time as from now', async () => {
  const { asked, run } = await api([200, status])
  const before = Date.now()
  await run(releaseCommand(), IMAGE, '--reason', 'why', '--expires', '12h')
  const { expiresAt } = asked[0]!.body as { expiresAt: string }
  const begun = Date.parse(expiresAt) - 12 * 3600 * 1000
  expect(begun).toBeGreaterThanOrEqual(before)
  expect(begun).toBeLessThanOrEqual(Date.now())
})

it.each([
  [400, BadInput],
  [403, BadInput],
  [404, BadInput],
  [503, Unavailable],
])('release says why it was refused: %i', async (code, kind) => {
  const { run } = await api([code, { title: 'no', status: code, detail: 'has no digest' }])
  const refused = run(releaseCommand(), IMAGE, '--reason', 'why', '--expires', '1h')
  await expect(refused).rejects.toThrow(kind)
  await expect(refused).rejects.toThrow('has no digest')
})

it('release does not take the refusal of something else for its own', async () => {
  const { run } = await api([403, { message: 'Forbidden' }])
  const refused = run(releaseCommand(), IMAGE, '--reason', 'why', '--expires', '1h')
  await expect(refused).rejects.toThrow('answered 403')
})

it('waivers lists every page, and nothing that a reason hides', async () => {
  const { asked, run } = await api([200, { waivers: [listed], cursor: 'next' }], [200, { waivers: [listed] }])
  const lines = await run(waiversCommand())
  expect(asked.map(({ url }) => url)).toEqual(['/v1/waivers?limit=100', '/v1/waivers?limit=100&cursor=next'])
  expect(lines).toHaveLength(4)
  expect(lines[0]).toContain(IMAGE)
  expect(lines[1]).toBe('  accepted by alice until 2026-11-23: the fix?[2J is coming')
})

it('waivers says that there is none', async () => {
  const { run } = await api([200, { waivers: [] }])
  expect(await run(waiversCommand(), 'list')).toEqual(['no waiver stands'])
})

it('waivers prints JSON', async () => {
  const { run } = await api([200, { waivers: [listed] }])
  const [text = ''] = await run(waiversCommand(), 'list', '--output', 'json')
  expect(JSON.parse(text)).toMatchObject({ waivers: [{ image: IMAGE, by: 'alice' }] })
})

it('waivers revoke names the image in the query', async () => {
  const { asked, run } = await api([200, { ...status, waiver: undefined }])
  const lines = await run(waiversCommand(), 'revoke', IMAGE)
  expect(asked).toEqual([{ method: 'DELETE', url: `/v1/waivers?image=${encodeURIComponent(IMAGE)}` }])
  expect(lines.join()).toContain(`revoked; ${IMAGE} is`)
})

it('status shows who accepted an image', async () => {
  const { run } = await api([200, status])
  expect((await run(statusCommand(), IMAGE)).join('\n')).toContain('accepted by alice')
})
