import { afterEach, describe, expect, it, vi } from 'vitest'
import { doctorCommand } from '../../cli/commands/doctor.ts'
import { holdCommand } from '../../cli/commands/hold.ts'
import { redriveCommand } from '../../cli/commands/redrive.ts'
import { undoCommand } from '../../cli/commands/undo.ts'
import { BadInput } from '../../lambda/core/bad-input.ts'
import { HOST, ID } from '../core/records.ts'
import { api } from './answering-api.ts'

afterEach(() => {
  vi.restoreAllMocks()
  process.exitCode = 0
})

const REGISTRY = { registry: HOST, means: 'remove', detail: 'removed that tag only', testedAt: '2026-11-26' }
const FINE = {
  armed: true,
  breaker: { tripped: false, counted: 2 },
  registries: [REGISTRY],
  reconciliation: [{ registry: HOST, startedAt: '2026-11-26', finishedAt: '2026-11-27', tags: 9, images: 3 }],
  bases: { watched: 2, unjudged: 0, startedAt: '2026-11-27', troubles: [] },
  queues: [{ queue: 'verify', waiting: 1, dead: 0 }],
}
const BROKEN = {
  ...FINE,
  armed: false,
  disarmed: { by: 'alice', reason: 'wrong\u001b[2J policy', at: '2026-11-26' },
  breaker: { tripped: true, at: '2026-11-26', why: 'too many', counted: 20 },
  registries: [{ registry: HOST, means: 'untested' }],
  queues: [{ queue: 'verify', waiting: 0, dead: 3 }],
}

describe('assay doctor', () => {
  it('makes the self-test of every registry, and is content where all is well', async () => {
    const { asked, run } = await api([200, FINE], [200, REGISTRY], [200, FINE])
    const lines = (await run(doctorCommand())).join('\n')
    expect(asked.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['GET', '/v1/operations', undefined],
      ['POST', '/v1/self-tests', { registry: HOST }],
      ['GET', '/v1/operations', undefined],
    ])
    expect(lines).toContain(`registry ${HOST}: armed: a tag is removed together with its digest`)
    expect(lines).toContain('9 tags and 3 images compared')
    expect(lines).toContain('2 tags of bases are looked at, last from 2026-11-27 on')
    expect(process.exitCode).toBe(0)
  })

  it.each<[string, object, string]>([
    ['is not judged yet', { unjudged: 1 }, '1 not judged yet'],
    [
      'is not there',
      { troubles: [{ base: 'a.example/b:c', why: 'there is no such\u001b[2J tag' }] },
      'base a.example/b:c: there is no such?[2J tag',
    ],
  ])('is not content while a base %s', async (_, found, line) => {
    const { run } = await api([200, { ...FINE, bases: { ...FINE.bases, ...found } }])
    expect((await run(doctorCommand(), '--no-self-test')).join('\n')).toContain(line)
    expect(process.exitCode).toBe(1)
  })

  it('names what is wrong and what to do about it, on lines of its own, and exits 1', async () => {
    const { asked, run } = await api([200, BROKEN])
    const lines = (await run(doctorCommand(), '--no-self-test')).join('\n')
    expect(asked).toHaveLength(1)
    for (const text of ['wrong?[2J policy', 'assay resume', 'make it with: assay doctor', 'assay redrive verify']) {
      expect(lines).toContain(text)
    }
    expect(process.exitCode).toBe(1)
  })
})

it.each(['disarm', 'arm', 'resume'] as const)('%s sends the reason, and prints what holds by now', async (name) => {
  const { asked, run } = await api([200, BROKEN])
  const lines = await run(holdCommand(name), '--reason', 'wrong policy')
  expect(asked).toEqual([{ method: 'POST', url: `/v1/operations/${name}`, body: { reason: 'wrong policy' } }])
  expect(lines.join('\n')).toContain('quarantine is disarmed by alice')
})

describe('assay redrive', () => {
  it('puts back the dead messages that are there, and no more', async () => {
    const { asked, run } = await api(
      [200, BROKEN],
      [200, { queue: 'verify', moved: 2 }],
      [200, { queue: 'verify', moved: 1 }],
    )
    expect(await run(redriveCommand())).toEqual(['verify: 3 put back'])
    expect(asked.slice(1).map(({ body }) => body)).toEqual([{ queue: 'verify' }, { queue: 'verify' }])
  })

  it('hands a name that is no queue to the API, which knows them', async () => {
    const { run } = await api([200, FINE], [400, { detail: 'queue "x" is not one of verify, act' }])
    await expect(run(redriveCommand(), 'x')).rejects.toThrow('queue "x" is not one of')
  })
})

describe('assay undo', () => {
  const image = `${HOST}/prod/app@${ID.digest}`
  const tags = [
    { tag: 'v1', would: 'give-back' },
    { tag: 'v2', would: 'refuse-newer' },
  ]
  const held = { image, digest: ID.digest, state: 'failed', takenAt: '2026-11-26', policies: ['strict'], tags }

  it('shows the whole plan, page by page, and changes nothing', async () => {
    const { asked, run } = await api([200, { images: [held], cursor: 'c' }], [200, { images: [held] }])
    const lines = (await run(undoCommand(), '--policy', 'strict')).join('\n')
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /v1/undo?policy=strict&limit=50',
      'GET /v1/undo?policy=strict&limit=50&cursor=c',
    ])
    expect(lines).toContain('v2: stays, a newer image has it')
    expect(lines).toContain('2 tags of 2 images would be put back; with --yes --reason "…" they are')
  })

  it('has it done where it is told so', async () => {
    const { asked, run } = await api([200, { images: [held] }], [200, { images: [{ image, undone: true }] }])
    const lines = await run(undoCommand(), '--since', '2026-11-26T00:00:00Z', '--yes', '--reason', 'wrong policy')
    expect(asked[1]).toEqual({ method: 'POST', url: '/v1/undo', body: { images: [image], reason: 'wrong policy' } })
    expect(lines.at(-1)).toContain('1 tags of 1 images are being put back')
  })

  it('takes a duration as so long ago', async () => {
    const { asked, run } = await api([200, { images: [] }])
    expect(await run(undoCommand(), '--since', '2h')).toEqual(['nothing that is taken matches'])
    const since = new URL(asked[0]?.url ?? '', 'http://x').searchParams.get('since') ?? ''
    expect(Date.now() - Date.parse(since)).toBeGreaterThanOrEqual(2 * 3600_000)
  })

  it('does nothing in a person’s name without a reason', async () => {
    const { asked, run } = await api()
    await expect(run(undoCommand(), '--since', '2h', '--yes')).rejects.toThrow(BadInput)
    expect(asked).toEqual([])
  })
})
