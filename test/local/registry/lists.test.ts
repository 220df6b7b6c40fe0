import fc from 'fast-check'
import { expect, test } from 'vitest'
import { layoutOf } from '../../../local/registry/storage/layout.ts'
import { image, push, put, refusal, type TestRegistry, testRegistry } from './support.ts'

const app = image('app')

async function tagged(registry: TestRegistry, ...tags: string[]): Promise<void> {
  await push(registry, 'team/app', app)
  for (const tag of tags) expect((await put(registry, 'team/app', tag, app)).status).toBe(201)
}

async function pages(registry: TestRegistry, first: string, field: string): Promise<string[][]> {
  const seen: string[][] = []
  for (let path: string | undefined = first; path !== undefined; ) {
    const answer = await fetch(registry.url + path)
    seen.push(((await answer.json()) as Record<string, string[]>)[field]!)
    path = /^<(.+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1]
  }
  return seen
}

test('tags are listed in the order of their characters, capitals first', async () => {
  const registry = await testRegistry()
  await tagged(registry, 'b', 'a', 'B', '_', '1.10', '1.9', 'a-b', 'A')
  const list = await (await registry.fetch('GET', 'team/app/tags/list')).json()
  expect(list).toEqual({ name: 'team/app', tags: ['1.10', '1.9', 'A', 'B', '_', 'a', 'a-b', 'b'] })
})

test('tags that differ only by case are two tags, also after a restart', async () => {
  const registry = await testRegistry()
  const other = image('other')
  await push(registry, 'a', app, 'Latest')
  await push(registry, 'a', other, 'latest')
  for (const _ of ['before', 'after']) {
    const digests = ['Latest', 'latest'].map(async (tag) => {
      return (await registry.fetch('HEAD', `a/manifests/${tag}`)).headers.get('docker-content-digest')
    })
    expect(await Promise.all(digests)).toEqual([app.digest, other.digest])
    await registry.restart()
  }
})

test('no two tags share a file, on a disk without case either', () => {
  const { tag: fileOf } = layoutOf('dir')
  const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/)
  const sameButCase = tag.chain((one) => fc.tuple(fc.constant(one), fc.mixedCase(fc.constant(one))))
  fc.assert(
    fc.property(fc.oneof(fc.tuple(tag, tag), sameButCase), ([one, other]) => {
      const files = [fileOf('a', one), fileOf('a', other)].map((file) => file.toLowerCase())
      expect(files[0] === files[1]).toBe(one === other)
    }),
  )
})

test('tags come page by page', async () => {
  const registry = await testRegistry()
  await tagged(registry, 'a', 'b', 'c', 'd', 'e')
  expect(await pages(registry, '/v2/team/app/tags/list?n=2', 'tags')).toEqual([['a', 'b'], ['c', 'd'], ['e']])
  expect(await pages(registry, '/v2/team/app/tags/list?n=5', 'tags')).toEqual([['a', 'b', 'c', 'd', 'e']])
  expect(await pages(registry, '/v2/team/app/tags/list?last=c', 'tags')).toEqual([['d', 'e']])
  expect(await pages(registry, '/v2/team/app/tags/list?n=1&last=bb', 'tags')).toEqual([['c'], ['d'], ['e']])
  expect(await pages(registry, '/v2/team/app/tags/list?n=0', 'tags')).toEqual([[]])
})

test('repositories come page by page, in the order of their names', async () => {
  const registry = await testRegistry()
  for (const name of ['team/app', 'a', 'team', 'team-b', 'team/app/sub']) await push(registry, name, app, 'v1')
  const all = ['a', 'team', 'team-b', 'team/app', 'team/app/sub']
  expect(await pages(registry, '/v2/_catalog', 'repositories')).toEqual([all])
  expect(await pages(registry, '/v2/_catalog?n=2', 'repositories')).toEqual([
    all.slice(0, 2),
    all.slice(2, 4),
    all.slice(4),
  ])
})

test.each(['-1', 'many', '1.5', '9'.repeat(20)])('n=%s is refused', async (n) => {
  const registry = await testRegistry()
  await tagged(registry)
  const answer = await registry.fetch('GET', `team/app/tags/list?n=${n}`)
  expect(await refusal(answer)).toEqual([400, 'PAGINATION_NUMBER_INVALID'])
})

test('a repository without tags has an empty list, one that does not exist has none', async () => {
  const registry = await testRegistry()
  await tagged(registry)
  expect(await (await registry.fetch('GET', 'team/app/tags/list')).json()).toEqual({ name: 'team/app', tags: [] })
  expect(await refusal(await registry.fetch('GET', 'team/none/tags/list'))).toEqual([404, 'NAME_UNKNOWN'])
})
