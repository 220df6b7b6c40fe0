import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Digest } from '../../lambda/core/image.ts'
import type { Push } from '../../lambda/core/push.ts'
import { ecr } from '../../lambda/sources/ecr.ts'
import { sources } from '../../lambda/sources/index.ts'
import { pushesOf } from '../../lambda/sources/parse.ts'

const EVENTS = new URL('../../events/', import.meta.url)
const HOST = '210987654321.dkr.ecr.eu-west-1.amazonaws.com'
const REGISTRIES = [
  { host: 'elsewhere.example', account: '210987654321', region: 'us-east-2' },
  { host: HOST, account: '210987654321', region: 'eu-west-1' },
]
const IMAGE = 'sha256:be85bb25396bd8de965b1ab72889e3af051f64f64fb7c1a65d4c4f3f65772c52'

function sample(file: string): { detail: Record<string, unknown> } & Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(`ecr/${file}`, EVENTS), 'utf8'))
}

function push(kind: Push['kind'], digest: Digest, tag?: string, name = 'payments/checkout'): Partial<Push> {
  return { kind, host: HOST, name, digest, ...(tag && { tag }) }
}

/** What becomes of each sample: a push, or the reason why it is dropped. */
const golden: Readonly<Record<string, Partial<Push> | string>> = {
  'push.json': push('push', IMAGE, '2.4.0'),
  'push-untagged.json': push('push', 'sha256:57a183b00ee234a5672863446f96a40a4912a308a93808e75f12b767d2fc2f30'),
  'push-index.json': push('push', 'sha256:686c397c884c69fed3bd1a051a03590179c226f063ae562ee31282ef861ff34e', '2.5.0'),
  'push-signature-tag.json': push(
    'push',
    'sha256:a53e0293720091cfdc37105cb3908c19ce9e43acbac2192d67ba2782889a6e46',
    'sha256-be85bb25396bd8de965b1ab72889e3af051f64f64fb7c1a65d4c4f3f65772c52.sig',
  ),
  'push-bundle-untagged.json': push('push', 'sha256:b7e14178fa905d940e417a4863fcd4ab16d2c1bca5a42ea45981ae14577e95c8'),
  'delete.json': push('delete', IMAGE, '2.4.0'),
  'archive.json': push('delete', IMAGE),
  'restore-referrer.json': push('push', 'sha256:b7e14178fa905d940e417a4863fcd4ab16d2c1bca5a42ea45981ae14577e95c8'),
  'pull-through-cache.json': push(
    'push',
    'sha256:bfbc298ecb631c3af4b632836668751c0d8b3bf8093b62d544f106c37156b028',
    '1.37',
    'mirror/library/busybox',
  ),
  'replication.json': push('push', IMAGE, '2.4.0'),
  'replication-failed.json': 'ECR Replication Action REPLICATE FAILED needs no look',
  'image-scan.json': 'ECR Image Scan   needs no look',
}

describe('sample events', () => {
  it('are there for every source that gets events from outside, and for no other', () => {
    const outside = sources.filter(({ arrives }) => arrives.by !== 'queue').map(({ name }) => name)
    const folders = readdirSync(EVENTS, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    expect(folders.map(({ name }) => name)).toEqual(outside)
    expect(readdirSync(new URL('ecr/', EVENTS)).toSorted()).toEqual(Object.keys(golden).toSorted())
  })

  it.each(Object.entries(golden))('%s', (file, expected) => {
    const event = sample(file)
    const parsed = pushesOf(event, REGISTRIES)
    if (typeof expected === 'string') expect(parsed).toEqual({ dropped: expected })
    else expect(parsed).toEqual({ pushes: [{ id: event.id, source: 'ecr', at: event.time, ...expected }] })
  })

  it('that we look into are let through by the rule made of the source', () => {
    if (ecr.arrives.by !== 'eventbridge') throw new Error('ECR events come by EventBridge')
    const { pattern } = ecr.arrives
    for (const [file, expected] of Object.entries(golden)) {
      const { source, 'detail-type': type } = sample(file)
      const passes = pattern.source.includes(String(source)) && pattern['detail-type'].includes(String(type))
      expect([file, passes]).toEqual([file, file !== 'image-scan.json'])
      if (!passes) expect(typeof expected).toBe('string')
    }
  })
})

const event = sample('push.json')
const withDetail = (fields: object) => ({ ...event, detail: { ...event.detail, ...fields } })

describe('events that say nothing to us are dropped by name', () => {
  it.each<readonly [string, unknown, string]>([
    ['another account', { ...event, account: '000000000001' }, 'account 000000000001 in eu-west-1 is not a registry'],
    ['another region', { ...event, region: 'eu-west-2' }, 'account 210987654321 in eu-west-2 is not a registry'],
    ['a failed push', withDetail({ result: 'FAILURE' }), 'PUSH FAILURE needs no look'],
    ['no result', withDetail({ result: undefined }), 'ECR Image Action PUSH  needs no look'],
    [
      'an action of the future',
      withDetail({ 'action-type': 'RENAME' }),
      'ECR Image Action RENAME SUCCESS needs no look',
    ],
    ['no action', withDetail({ 'action-type': undefined }), 'needs no look'],
    [
      'neither tag nor digest',
      withDetail({ 'image-tag': '', 'image-digest': undefined }),
      'neither image-tag nor image-digest',
    ],
    [
      'a digest cut short',
      withDetail({ 'image-digest': 'sha256:7f5b' }),
      'image-digest "sha256:7f5b" is not a sha256 digest',
    ],
    ['a tag with a path', withDetail({ 'image-tag': '../x' }), 'image-tag "../x" is not a tag'],
    ['a tag with the key of another item', withDetail({ 'image-tag': 'v1#IMG' }), 'is not a tag'],
    ['a repository with a digest', withDetail({ 'repository-name': `a@${IMAGE}` }), 'is not a repository name'],
    ['a repository that goes up', withDetail({ 'repository-name': '../a' }), 'repository-name "../a"'],
    ['no detail', { ...event, detail: undefined }, 'not an ECR event'],
    ['a detail that is a text', { ...event, detail: 'x' }, 'not an ECR event'],
    ['a time that is no text', { ...event, time: 7 }, 'not an ECR event'],
    ['another source', { ...event, source: 'aws.s3' }, 'no event source recognises it'],
    ['null', null, 'no event source recognises it'],
    ['a list', [event], 'no event source recognises it'],
  ])('%s', (_, payload, reason) => {
    const parsed = pushesOf(payload, REGISTRIES)
    expect('dropped' in parsed && parsed.dropped).toContain(reason)
  })
})

it('reads an event whatever way its time is written: nothing rests on it', () => {
  expect(pushesOf({ ...event, time: 'yesterday' }, REGISTRIES)).toMatchObject({ pushes: [{ at: 'yesterday' }] })
})

describe('whatever arrives', () => {
  const paths = fc.constantFrom(
    'id',
    'source',
    'detail-type',
    'account',
    'region',
    'time',
    'detail',
    ...Object.keys(event.detail),
  )

  it('never throws: any JSON', () => {
    fc.assert(fc.property(fc.jsonValue(), (payload) => void pushesOf(payload, REGISTRIES)))
  })

  it('never throws, and names nothing but good names: an event with one field made up', () => {
    fc.assert(
      fc.property(paths, fc.oneof(fc.jsonValue(), fc.string()), (path, value) => {
        const payload = path in event ? { ...event, [path]: value } : withDetail({ [path]: value })
        const parsed = pushesOf(payload, REGISTRIES)
        if ('dropped' in parsed) return
        for (const { host, name, tag = 'x' } of parsed.pushes) expect(`${host}${name}${tag}`).toMatch(/^[\w./-]+$/)
      }),
    )
  })
})
