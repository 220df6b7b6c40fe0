import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import type { Page } from '../../lambda/core/page.ts'
import { OverLimit } from '../../lambda/errors.ts'
import type { Registry } from '../../lambda/ports.ts'
import { image, index, type PushImage, referrer, sha256 } from '../registry/fixtures.ts'

/** A registry seen through its adapter, and a way into it past the adapter. */
export type RegistryWorld = {
  readonly registry: Registry
  readonly push: PushImage
}

/** One adapter, and what its kind of registry can tell. */
export type RegistryContract = {
  readonly title: string
  /** An empty registry, whose lists come in pages of two, and a way into it. */
  readonly make: () => Promise<RegistryWorld>
  /** Whether it lists what refers to a manifest. */
  readonly referrers: boolean
  /** Whether it knows the tags of a digest. */
  readonly tagsOf: boolean
}

const NAME = 'team/app'
const ONE = image('one')
const TWO = image('two')
const NEVER = new AbortController().signal
const NOWHERE = sha256(new TextEncoder().encode('never pushed'))

/** What every adapter of the Registry port promises. */
export function testRegistry({ title, make, ...lists }: RegistryContract): void {
  describe(`${title}, as a registry`, () => {
    it('has nothing in a repository that is not there', async () => {
      const { registry } = await make()
      expect(await registry.resolve(NAME, 'latest')).toBeUndefined()
      expect(await registry.peek(NAME, 'latest')).toBeUndefined()
      expect(await registry.manifest(NAME, 'latest')).toBeUndefined()
      expect(await registry.manifest(NAME, NOWHERE)).toBeUndefined()
      expect(await registry.blob(NAME, NOWHERE, 10)).toBeUndefined()
      expect(await registry.layer(NAME, NOWHERE, NEVER)).toBeUndefined()
      expect((await registry.tagsOf(NAME, NOWHERE)) ?? []).toEqual([])
      expect((await registry.referrers(NAME, NOWHERE)) ?? []).toEqual([])
    })

    it('has no other tags, digests and blobs than those pushed', async () => {
      const { registry, push } = await make()
      await push(NAME, ONE, ['one'])
      expect(await registry.resolve(NAME, 'two')).toBeUndefined()
      expect(await registry.peek(NAME, 'two')).toBeUndefined()
      expect(await registry.manifest(NAME, 'two')).toBeUndefined()
      expect(await registry.manifest(NAME, TWO.manifest.digest)).toBeUndefined()
      expect(await registry.manifest('team/other', ONE.manifest.digest)).toBeUndefined()
      expect(await registry.blob(NAME, NOWHERE, 10)).toBeUndefined()
      expect(await registry.layer(NAME, NOWHERE, NEVER)).toBeUndefined()
    })

    it.each([
      ['an image', ONE],
      ['an index', index(ONE, TWO)],
    ])('reads %s byte for byte, by tag and by digest', async (_, pushed) => {
      const { registry, push } = await make()
      await push(NAME, ONE)
      await push(NAME, TWO)
      await push(NAME, pushed, ['v1'])
      const { digest, mediaType, bytes } = pushed.manifest
      for (const reference of ['v1', digest]) {
        const read = await registry.manifest(NAME, reference)
        expect(read).toMatchObject({ digest, mediaType })
        expect(sha256(read!.bytes)).toBe(digest)
        expect(read!.bytes).toHaveLength(bytes.byteLength)
      }
    })

    it('follows a tag that moves', async () => {
      const { registry, push } = await make()
      await push(NAME, ONE, ['latest'])
      expect(await registry.resolve(NAME, 'latest')).toBe(ONE.manifest.digest)
      expect(await registry.peek(NAME, 'latest')).toBe(ONE.manifest.digest)
      await push(NAME, TWO, ['latest'])
      expect(await registry.resolve(NAME, 'latest')).toBe(TWO.manifest.digest)
      expect(await registry.peek(NAME, 'latest')).toBe(TWO.manifest.digest)
      expect(await registry.manifest(NAME, 'latest')).toMatchObject({ digest: TWO.manifest.digest })
    })

    it('reads a manifest of just the length allowed, and no longer one', async () => {
      const { registry, push } = await make()
      await push(NAME, ONE)
      const { digest, bytes } = ONE.manifest
      expect(await registry.manifest(NAME, digest, bytes.byteLength)).toMatchObject({ digest })
      await expect(registry.manifest(NAME, digest, bytes.byteLength - 1)).rejects.toBeInstanceOf(OverLimit)
    })

    it('reads a blob of just the length allowed, and no longer one', async () => {
      const { registry, push } = await make()
      await push(NAME, ONE)
      const blob = ONE.blobs[0]!
      const read = await registry.blob(NAME, sha256(blob), blob.byteLength)
      expect(sha256(read!)).toBe(sha256(blob))
      await expect(registry.blob(NAME, sha256(blob), blob.byteLength - 1)).rejects.toBeInstanceOf(OverLimit)
    })

    it('hands a layer of any length on as it comes', async () => {
      const { registry, push } = await make()
      const long = new Uint8Array(300_000).fill(7)
      await push(NAME, { ...ONE, blobs: [...ONE.blobs, long] })
      for (const blob of [long, ...ONE.blobs]) {
        const chunks = await registry.layer(NAME, sha256(blob), NEVER)
        expect(sha256(await buffer(chunks!))).toBe(sha256(blob))
      }
    })

    it('gives a layer up when the signal says so, for the reason that it has', async () => {
      const { registry, push } = await make()
      await push(NAME, ONE)
      const digest = sha256(ONE.blobs[0]!)
      const enough = new Error('enough')
      await expect(registry.layer(NAME, digest, AbortSignal.abort(enough))).rejects.toBe(enough)
      const controller = new AbortController()
      const chunks = await registry.layer(NAME, digest, controller.signal)
      const reading = async () => {
        for await (const _ of chunks!) controller.abort(enough)
      }
      await expect(reading()).rejects.toBe(enough)
    })

    it('lists what refers to a digest, and nothing else', async () => {
      const { registry, push } = await make()
      const signature = referrer(ONE.manifest, 'application/vnd.example.signature', 'signed')
      const sbom = referrer(ONE.manifest, 'application/vnd.example.sbom', 'listed')
      for (const pushed of [ONE, TWO, signature, sbom, referrer(TWO.manifest, 'application/x', 'other')]) {
        await push(NAME, pushed)
      }
      const found = await registry.referrers(NAME, ONE.manifest.digest)
      if (!lists.referrers) {
        expect(found).toBeUndefined()
        return
      }
      expect(found).toHaveLength(2)
      for (const [{ manifest }, artifactType, text] of [
        [signature, 'application/vnd.example.signature', 'signed'],
        [sbom, 'application/vnd.example.sbom', 'listed'],
      ] as const) {
        const { digest, mediaType, bytes } = manifest
        const expected = { digest, mediaType, artifactType, size: bytes.byteLength, annotations: { text } }
        expect(found).toContainEqual(expect.objectContaining(expected))
      }
      expect(await registry.referrers(NAME, signature.manifest.digest)).toEqual([])
      await expect(registry.referrers(NAME, ONE.manifest.digest, { maxBytes: 100 })).rejects.toBeInstanceOf(OverLimit)
      const ofType = await registry.referrers(NAME, ONE.manifest.digest, {
        artifactType: 'application/vnd.example.sbom',
      })
      expect(ofType?.map(({ digest }) => digest)).toEqual([sbom.manifest.digest])
      expect(await registry.referrers(NAME, ONE.manifest.digest, { artifactType: 'application/vnd.example' })).toEqual(
        [],
      )
    })

    it('knows the tags of a digest', async () => {
      const { registry, push } = await make()
      await push(NAME, ONE, ['one', 'latest'])
      await push(NAME, TWO)
      const tags = await registry.tagsOf(NAME, ONE.manifest.digest)
      expect(tags?.toSorted()).toEqual(lists.tagsOf ? ['latest', 'one'] : undefined)
      expect(await registry.tagsOf(NAME, TWO.manifest.digest)).toEqual(lists.tagsOf ? [] : undefined)
    })

    it('lists its repositories, page by page', async () => {
      const { registry, push } = await make()
      expect(await pagesOf((cursor) => registry.repositories(cursor))).toEqual([[]])
      const names = ['a', 'team/app', 'team/app-two', 'z/z/z', 'z0']
      for (const name of names) await push(name, ONE)
      const pages = await pagesOf((cursor) => registry.repositories(cursor))
      expect(pages.flat().toSorted()).toEqual(names.toSorted())
      expect(pages.map((page) => page.length)).toEqual([2, 2, 1])
    })

    it('lists the tags of a repository with what they point at, page by page', async () => {
      const { registry, push } = await make()
      expect(await registry.tagged(NAME)).toBeUndefined()
      await push(NAME, image('untagged'))
      expect(await pagesOf((cursor) => registry.tagged(NAME, cursor))).toEqual([[]])
      await push('team/other', ONE, ['other'])
      await push(NAME, ONE, ['one', 'latest', 'v1'])
      await push(NAME, TWO, ['two', 'latest', 'A'])
      const pages = await pagesOf((cursor) => registry.tagged(NAME, cursor))
      const [one, two] = [ONE.manifest.digest, TWO.manifest.digest]
      const expected = { A: two, latest: two, one, two, v1: one }
      expect(Object.fromEntries(pages.flat().map(({ tag, digest }) => [tag, digest]))).toEqual(expected)
      expect(pages.map((page) => page.length)).toEqual([2, 2, 1])
    })
  })
}

async function pagesOf<T>(page: (cursor?: string) => Promise<Page<T> | undefined>): Promise<(readonly T[])[]> {
  const pages: (readonly T[])[] = []
  let cursor: string | undefined
  do {
    const read = await page(cursor)
    pages.push(read?.items ?? [])
    cursor = read?.cursor
  } while (cursor !== undefined)
  return pages
}
