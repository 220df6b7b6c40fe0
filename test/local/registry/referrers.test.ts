import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { INDEX, image, index, MANIFEST, push, referrer, refusal, testRegistry } from './support.ts'

const app = image('app')
const byDigest = (one: { digest: string }, other: { digest: string }) => (one.digest < other.digest ? -1 : 1)

type Page = { manifests: { digest: string; artifactType?: string }[] }

test('the referrers of an image are listed with type, size and annotations', async () => {
  const registry = await testRegistry()
  await push(registry, 'team/app', app, 'v1')
  const signature = referrer(app, 'application/example.signature')
  const sbom = referrer(app, 'application/example.sbom')
  for (const one of [signature, sbom]) await push(registry, 'team/app', one)

  const answer = await registry.fetch('GET', `team/app/referrers/${app.digest}`)
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, INDEX])
  expect(answer.headers.has('oci-filters-applied')).toBe(false)
  const listed = [
    {
      ...signature.descriptor,
      annotations: { about: 'application/example.signature' },
      artifactType: 'application/example.signature',
    },
    {
      ...sbom.descriptor,
      annotations: { about: 'application/example.sbom' },
      artifactType: 'application/example.sbom',
    },
  ].sort(byDigest)
  expect(await answer.json()).toEqual({ schemaVersion: 2, mediaType: INDEX, manifests: listed })
})

test('they can be narrowed to a type, which is that of the config where the manifest names none', async () => {
  const registry = await testRegistry()
  const plain = image('plain', { subject: app.descriptor }, 'application/example.config')
  await push(registry, 'a', plain)
  await push(registry, 'a', referrer(app, 'application/example.sbom'))
  const list = index([], { subject: app.descriptor })
  await push(registry, 'a', list)

  const narrowed = await registry.fetch('GET', `a/referrers/${app.digest}?artifactType=application/example.config`)
  expect(narrowed.headers.get('oci-filters-applied')).toBe('artifactType')
  const { manifests } = (await narrowed.json()) as Page
  expect(manifests).toEqual([{ ...plain.descriptor, artifactType: 'application/example.config' }])

  const all = (await (await registry.fetch('GET', `a/referrers/${app.digest}`)).json()) as Page
  expect(all.manifests).toHaveLength(3)
  expect(all.manifests.find(({ digest }) => digest === list.digest)).toEqual(list.descriptor)
})

test('without any, and without an image or a repository, the list is empty', async () => {
  const registry = await testRegistry()
  const empty = { schemaVersion: 2, mediaType: INDEX, manifests: [] }
  expect(await (await registry.fetch('GET', `no/such/referrers/${app.digest}`)).json()).toEqual(empty)
  await push(registry, 'a', app)
  expect(await (await registry.fetch('GET', `a/referrers/${app.digest}`)).json()).toEqual(empty)
})

test('they come page by page', async () => {
  const registry = await testRegistry()
  const all = ['1', '2', '3', '4', '5'].map((number) => referrer(app, 'application/example', number)).sort(byDigest)
  for (const one of all) await push(registry, 'a', one)
  await push(registry, 'a', referrer(app, 'application/other'))

  const seen: string[][] = []
  let path: string | undefined = `/v2/a/referrers/${app.digest}?n=2&artifactType=application%2Fexample`
  while (path !== undefined) {
    const answer: Response = await fetch(registry.url + path)
    seen.push(((await answer.json()) as Page).manifests.map(({ digest }) => digest))
    path = /^<(.+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1]
  }
  const digests = all.map(({ digest }) => digest)
  expect(seen).toEqual([digests.slice(0, 2), digests.slice(2, 4), digests.slice(4)])
})

test('a page holds no more than a manifest may: 4 MiB', async () => {
  const registry = await testRegistry()
  for (const content of ['1', '2', '3']) {
    await push(registry, 'a', image(content, { subject: app.descriptor, annotations: { pad: 'x'.repeat(2_000_000) } }))
  }
  const answer = await registry.fetch('GET', `a/referrers/${app.digest}`)
  expect(((await answer.json()) as Page).manifests).toHaveLength(2)
  expect(answer.headers.get('link')).toContain('last=sha256')
})

test('one that is deleted is listed no more; one whose subject is deleted still is', async () => {
  const registry = await testRegistry()
  await push(registry, 'a', app, 'v1')
  const [first, second] = [referrer(app, 'application/first'), referrer(app, 'application/second')]
  for (const one of [first, second]) await push(registry, 'a', one)
  await registry.fetch('DELETE', `a/manifests/${first.digest}`)
  await registry.fetch('DELETE', `a/manifests/${app.digest}`)
  const { manifests } = (await (await registry.fetch('GET', `a/referrers/${app.digest}`)).json()) as Page
  expect(manifests.map(({ digest }) => digest)).toEqual([second.digest])
})

test('a link to a manifest that was never written is passed over', async () => {
  const registry = await testRegistry()
  const signature = referrer(app, 'application/example')
  await push(registry, 'a', signature)
  await rm(join(registry.dir, 'repositories/a/manifests', signature.digest.slice('sha256:'.length)))
  await registry.restart()
  const answer = await registry.fetch('GET', `a/referrers/${app.digest}`)
  expect(((await answer.json()) as Page).manifests).toEqual([])
})

test('switched off, it is as in a registry before OCI 1.1', async () => {
  const registry = await testRegistry({ referrersApi: false })
  const signature = referrer(app, 'application/example')
  await push(registry, 'a', signature)
  expect((await registry.fetch('GET', `a/referrers/${app.digest}`)).status).toBe(404)
  const headers = { 'content-type': MANIFEST }
  const again = await registry.fetch('PUT', `a/manifests/${signature.digest}`, { headers, body: signature.text })
  expect([again.status, again.headers.has('oci-subject')]).toEqual([201, false])
})

test('what is no digest is refused', async () => {
  const registry = await testRegistry()
  expect(await refusal(await registry.fetch('GET', 'a/referrers/v1'))).toEqual([400, 'DIGEST_INVALID'])
})
