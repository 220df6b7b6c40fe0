import { constants, deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib'
import type { Digest } from '../../../lambda/core/image.ts'
import type { Descriptor, FetchedManifest } from '../../../lambda/core/manifest.ts'
import { archive, base256, headerOf, tarred, ZEROS } from '../../core/layers/tar-writer.ts'
import { BUNDLE, CONFIG, listed, manifestOf, sha256 } from '../../formats/layouts.ts'
import { statement } from '../../trust/bundles.ts'
import type { HostileCase } from './cases.ts'
import { envelope, padded, referrer } from './fill.ts'
import { put, putBlob, type Repository } from './repository.ts'

const MIB = 1024 * 1024
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip'
/** As many as are read of a layer. */
const ENTRIES = 250_000

type Layer = { readonly stored: Buffer; readonly diffId: Digest }

const OS = layerOf(archive(tarred({ name: 'etc/os-release', content: 'NAME=base' })))

/** A layer of files by these names, and one that tells it from others. */
function filesOf(count: number, nameOf: (n: number) => string): (name: string) => Layer {
  const headers: Buffer[] = []
  for (let n = 0; n < count; n++) {
    const name = nameOf(n)
    const cut = name.length <= 100 ? -1 : name.indexOf('/', name.length - 101)
    headers.push(headerOf({ name: name.slice(cut + 1), prefix: name.slice(0, Math.max(cut, 0)) }))
  }
  const body = Buffer.concat(headers)
  return (name) => layerOf(Buffer.concat([body, tarred({ name }), ZEROS, ZEROS]))
}

function layerOf(tar: Buffer): Layer {
  return { stored: gzipSync(tar, { level: 1 }), diffId: sha256(tar) }
}

/** One that unpacks to what nobody may unpack. */
function bomb(stored: Buffer): Layer {
  return { stored, diffId: sha256(stored) }
}

const LARGE = headerOf({ size: base256(10n * 2n ** 30n, 12), name: 'zeros' })

function gzipBomb(): Layer {
  const flushed = (bytes: Buffer) => deflateRawSync(bytes, { finishFlush: constants.Z_FULL_FLUSH })
  const part = flushed(Buffer.alloc(8 * MIB))
  const head = Buffer.concat([Buffer.from('1f8b0800000000000003', 'hex'), flushed(LARGE)])
  return bomb(Buffer.concat([head, ...Array.from({ length: 1280 }, () => part)]))
}

/** Blocks that each repeat a byte 128 KiB times, in a window as large as is read. */
function zstdBomb(): Layer {
  const block = Buffer.of(0x02, 0x00, 0x10, 0)
  const frame = Buffer.concat([
    Buffer.from('28b52ffd00', 'hex'),
    Buffer.of((27 - 10) << 3),
    ...Array.from({ length: 8192 }, () => block),
  ])
  return bomb(Buffer.concat([zstdCompressSync(LARGE), ...Array.from({ length: 10 }, () => frame)]))
}

function image(at: Repository, layers: readonly Layer[], architecture = 'amd64') {
  const rootfs = { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) }
  const config = Buffer.from(JSON.stringify({ os: 'linux', architecture, rootfs }))
  return put(
    at,
    manifestOf({
      config: { mediaType: CONFIG, digest: putBlob(at, config), size: config.length },
      layers: layers.map(({ stored }) => ({
        mediaType: LAYER,
        digest: putBlob(at, stored),
        size: stored.length,
      })),
    }),
  )
}

/** An image on a base, with these layers above it. */
function onBase(name: string, above: () => readonly Layer[], bases: readonly number[] = [1]): HostileCase {
  let layers: readonly Layer[] = []
  return {
    name,
    fill: (at) => {
      layers = [OS, ...above()]
      return image(at, layers).digest
    },
    bases: (at) => bases.map((length) => image(at, layers.slice(0, length)).digest),
    ends: 'rejected',
  }
}

const many = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n))
const deep = `${'d/'.repeat(110)}`

/** Attests something of an image of the repository, by the key that is trusted, in as many bytes as are asked for. */
function attest(
  at: Repository,
  subject: FetchedManifest,
  predicateType: string,
  unit: string,
  size: number,
): Descriptor {
  const whole = JSON.stringify(statement(predicateType, subject.digest, { spdxVersion: 'SPDX-2.3', packages: [] }))
  const payload = padded(whole.slice(0, -3), unit, '{"name":"last"}]}}', size)
  const bundle = envelope(0, payload)
  const layers = [{ mediaType: BUNDLE, digest: putBlob(at, bundle), size: bundle.length }]
  return listed(put(at, manifestOf({ ...referrer(0), subject: listed(subject), layers })), BUNDLE)
}

/** An image of so many platforms, each with an SBOM and provenance as large as is read of it. */
function attested(platforms: number): HostileCase {
  return {
    name: `${platforms} platforms, each with an SBOM and provenance as large as are read`,
    fill: (at) => {
      const size = Math.floor(Math.min(2, 17 / platforms) * MIB)
      const manifests = many(platforms, (n) => {
        const own = image(at, [OS, layerOf(archive(tarred({ name: `${n}` })))], `cpu${n}`)
        const sbom = attest(at, own, 'https://spdx.dev/Document', '{"name":"n"},', size)
        const built = attest(at, own, 'https://slsa.dev/provenance/v1', '{"name":"n"},', size)
        at.set(`referrers/${own.digest}`, manifestOf({ manifests: [sbom, built] }))
        return { ...listed(own), platform: { os: 'linux', architecture: `cpu${n}` } }
      })
      return put(at, manifestOf({ manifests })).digest
    },
    bases: (at) => [image(at, [OS]).digest],
    ends: 'rejected',
  }
}

export const LAYER_CASES: readonly HostileCase[] = [
  attested(8),
  attested(16),
  onBase('a layer of gzip that unpacks to 10 GiB', () => [gzipBomb()]),
  onBase('a layer of zstd that unpacks to 10 GiB', () => [zstdBomb()]),
  onBase('8 layers that unpack to 10 GiB', () =>
    many(8, (n) => bomb(Buffer.concat([gzipBomb().stored, Buffer.from(`${n}`)]))),
  ),
  onBase('a layer of as many files as are read, with names as long as are read', () => [
    filesOf(ENTRIES - 1, (n) => `${'n'.repeat(140)}/${`${n}`.padStart(96, 'n')}`)('other'),
  ]),
  onBase('2 layers of as many files together as are compared', () => {
    const make = filesOf(ENTRIES - 10, (n) => `usr/${n % 997}/${n}`)
    return [make('one'), make('two')]
  }),
  onBase('2 layers of as many folders as are read, each deep', () => {
    const make = filesOf(ENTRIES / 2, (n) => `${deep}${n}/f`)
    return [make('one'), make('two')]
  }),
  onBase('40 layers, each of as many files as are read', () => {
    const make = filesOf(ENTRIES - 10, (n) => `usr/lib/folder-${n % 997}/file-${n}`)
    return many(40, (n) => make(`${n}`))
  }),
  onBase(
    '20 bases on top of each other, and as many files as are read above them',
    () => [
      ...many(20, (n) => layerOf(archive(tarred({ name: `${n}` })))),
      filesOf(ENTRIES - 10, (n) => `usr/${n % 997}/${n}`)('last'),
    ],
    Array.from({ length: 20 }, (_, n) => n + 1),
  ),
  onBase('1,000 layers', () => many(999, (n) => layerOf(archive(tarred({ name: `${n}` }))))),
  {
    name: '64 platforms of 100 layers each',
    fill: (at) => {
      const manifests = Array.from({ length: 64 }, (_, platform) => {
        const layers = [OS, ...many(99, (n) => layerOf(archive(tarred({ name: `${platform}-${n}` }))))]
        return {
          ...listed(image(at, layers, `cpu${platform}`)),
          platform: { os: 'linux', architecture: `cpu${platform}` },
        }
      })
      return put(at, manifestOf({ manifests })).digest
    },
    bases: (at) => [image(at, [OS]).digest],
    ends: 'rejected',
  },
]
