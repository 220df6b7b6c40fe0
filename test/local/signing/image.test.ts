import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { isRunnable, parseManifest } from '../../../lambda/core/manifest.ts'
import { pushImage, pushIndex } from '../../../local/signing/image.ts'
import { pullManifest, type Repository } from '../../../local/signing/push.ts'
import { tar } from '../../../local/signing/tar.ts'
import { blob, blobText, emptyRepository } from './registry.ts'

const FILES = { 'etc/hello': 'hello\n', app: '#!/bin/sh\n' }

/** The files of a tar archive, read by its headers. */
function untar(archive: Buffer): Record<string, string> {
  const files: Record<string, string> = {}
  for (let at = 0; archive[at] !== 0; ) {
    const field = (from: number, length: number) => archive.toString('latin1', at + from, at + from + length)
    const [name = ''] = field(0, 100).split('\0')
    const size = Number.parseInt(field(124, 11), 8)
    const header = Buffer.from(archive.subarray(at, at + 512)).fill(' ', 148, 156)
    expect(Number.parseInt(field(148, 6), 8)).toBe(header.reduce((sum, byte) => sum + byte, 0))
    expect(field(257, 8)).toBe('ustar\x0000')
    files[name] = archive.toString('utf8', at + 512, at + 512 + size)
    at += 512 + Math.ceil(size / 512) * 512
  }
  return files
}

async function read(repository: Repository, reference: string) {
  const fetched = await pullManifest(repository, reference)
  const manifest = parseManifest(fetched!)
  if (typeof manifest === 'string' || manifest.kind !== 'image') throw new Error('not an image')
  const config = JSON.parse(await blobText(repository, manifest.config.digest))
  const archives = []
  for (const layer of manifest.layers) archives.push(gunzipSync(await blob(repository, layer.digest)))
  return { fetched: fetched!, manifest, config, archives }
}

describe('tar', () => {
  it('holds the files it was given', () => {
    const files = { ...FILES, empty: '', full: 'x'.repeat(512), more: 'x'.repeat(513), text: 'é' }
    const archive = tar(files)
    expect(untar(archive)).toEqual(files)
    expect(archive.length % 512).toBe(0)
    expect(archive.subarray(-1024).equals(Buffer.alloc(1024))).toBe(true)
  })

  it('refuses a path it has no room for', () => {
    expect(() => tar({ ['a'.repeat(101)]: '' })).toThrow('is longer than 100 bytes')
  })
})

describe('a pushed image', () => {
  it('is served as it was described, and is something to run', async () => {
    const repository = await emptyRepository()
    const env = ['PATH=/bin']
    const image = await pushImage({ ...repository, tag: 'v1', files: FILES, user: '65532', env, labels: { a: 'b' } })
    const { fetched, manifest, config, archives } = await read(repository, 'v1')
    expect(fetched).toEqual({ digest: image.digest, mediaType: image.mediaType, bytes: new Uint8Array(image.bytes) })
    expect(isRunnable(manifest)).toBe(true)
    expect(archives.map(untar)).toEqual([FILES])
    expect(config).toMatchObject({
      os: 'linux',
      architecture: 'amd64',
      config: { User: '65532', Env: env, Labels: { a: 'b' } },
      rootfs: {
        type: 'layers',
        diff_ids: archives.map((archive) => `sha256:${createHash('sha256').update(archive).digest('hex')}`),
      },
      history: [{ created: '1970-01-01T00:00:00Z' }],
    })
  })

  it('has the same bytes for the same content in any order of files, others for other content', async () => {
    const repository = await emptyRepository()
    const first = await pushImage({ ...repository, files: FILES })
    const again = await pushImage({ ...repository, files: Object.fromEntries(Object.entries(FILES).toReversed()) })
    const other = await pushImage({ ...repository, files: { ...FILES, app: '#!/bin/bash\n' } })
    expect(again.bytes).toEqual(first.bytes)
    expect(other.digest).not.toBe(first.digest)
  })

  it('begins with the layers of its base', async () => {
    const repository = await emptyRepository()
    const base = await pushImage({ ...repository, files: FILES, platform: { os: 'linux', architecture: 'arm64' } })
    const derived = await pushImage({ ...repository, name: 'acme/derived', tag: 'v1', base, files: { own: 'x' } })
    const { config, archives } = await read({ ...repository, name: 'acme/derived' }, derived.digest)
    const below = await read(repository, base.digest)
    expect(archives.map(untar)).toEqual([FILES, { own: 'x' }])
    expect(config.rootfs.diff_ids[0]).toBe(below.config.rootfs.diff_ids[0])
    expect(config.architecture).toBe('arm64')
  })
})

describe('a pushed index', () => {
  it('lists its images with their platforms', async () => {
    const repository = await emptyRepository()
    const platforms = [
      { os: 'linux', architecture: 'amd64' },
      { os: 'linux', architecture: 'arm64', variant: 'v8' },
    ]
    const images = []
    for (const platform of platforms) images.push(await pushImage({ ...repository, files: FILES, platform }))
    const index = await pushIndex({ ...repository, tag: 'v1', images })
    const fetched = await pullManifest(repository, 'v1')
    const manifest = parseManifest(fetched!)
    expect(fetched?.digest).toBe(index.digest)
    expect(manifest).toMatchObject({
      kind: 'index',
      manifests: images.map(({ digest, size }, at) => ({ digest, size, platform: platforms[at] })),
    })
  })
})
