import { describe, expect, it } from 'vitest'
import { type Layered, layer, layered } from '../memory/layered.ts'
import { sha256 } from '../memory/registry.ts'
import { APP, APP_FILES, BASES, based, NODE, OS } from './based.ts'

const EMPTY = layer({})
/** A base that removes of its own what it had. */
const SLIM = layer({ 'usr/bin/.wh.node': '', 'usr/bin/nodejs': 'node' })
const ids = (layers: Layered['layers']) => layers.map(({ tar }) => sha256(tar))

async function known() {
  const world = await based()
  await world.base([OS, NODE, SLIM])
  await world.base([], 'none')
  await world.settle()
  return world
}

describe('an image stands on none', () => {
  const LAYERS = [OS, NODE, SLIM]
  it.each<[string, Layered]>([
    ['with the layers of a base in another order', { layers: [NODE, OS, SLIM, APP_FILES] }],
    ['with one of them twice', { layers: [OS, NODE, NODE, SLIM, APP_FILES] }],
    ['without the last of them', { layers: [OS, NODE, APP_FILES] }],
    ['with an empty layer among them', { layers: [OS, EMPTY, NODE, SLIM, APP_FILES] }],
    ['with one beneath them', { layers: [APP_FILES, ...LAYERS] }],
    ['with none at all, as a base without layers is none', { layers: [] }],
    ['whose config names more layers than it has', { layers: [OS, NODE], diffIds: ids(LAYERS) }],
    ['whose config names fewer', { layers: [...LAYERS, APP_FILES], diffIds: ids(LAYERS) }],
    ['whose config names them in capitals', { layers: LAYERS, diffIds: ids(LAYERS).map((one) => one.toUpperCase()) }],
    ['whose config names them otherwise', { layers: LAYERS, diffIds: [...ids(LAYERS).slice(0, 2), 7] }],
  ])('%s', async (_, made) => {
    const world = await known()
    const image = await world.image(made)
    await world.settle()
    expect((await world.facts(image))?.platforms ?? []).not.toContainEqual(
      expect.objectContaining({ signature: 'verified' }),
    )
  })
})

describe('a base is found', () => {
  it.each([
    ['by the layer types of Docker', 'application/vnd.docker.image.rootfs.diff.tar.gzip'],
    ['where its layers may not be handed on', 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip'],
    ['where they lie elsewhere', 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip'],
    ['where their type is none', 'text/html'],
  ])('%s: what they are is told by their bytes', async (_, mediaType) => {
    const world = await known()
    const { layers, ...rest } = layered(world.outside.registry, APP, { layers: [OS, NODE, SLIM, APP_FILES] })
    const manifest = { ...rest, layers: layers.map((one) => ({ ...one, mediaType })) }
    const image = world.push(manifest as typeof rest, 'v1')
    await world.settle()
    expect(await world.facts(image)).toMatchObject({ rung: 'fresh', layers: { base: 3, above: 1 } })
  })
})

describe('what is done to the files of a base', () => {
  it.each<[string, Parameters<typeof layer>[0], 'yes' | 'no']>([
    ['another name for one of them', { 'app/sh': { type: '1', link: 'bin/sh' } }, 'yes'],
    ['another name, and other rights by it', { 'app/sh': { type: '1', link: 'bin/sh', mode: 0o777 } }, 'no'],
    ['a name of one for another file', { 'app/evil': 'x', 'bin/sh': { type: '1', link: 'app/evil' } }, 'no'],
    ['a write through a symlink of its own', { a: { type: '2', link: 'bin' }, 'a/sh': 'evil' }, 'no'],
    [
      'a write through two of them',
      { b: { type: '2', link: '..' }, 'x/a': { type: '2', link: '../b/bin' }, 'x/a/sh': 'evil' },
      'no',
    ],
    ['a folder of it that was removed and is there again', { '.wh.bin': '', 'bin/sh': 'sh' }, 'no'],
    ['a file that it removed itself, put back', { 'usr/bin/node': 'node' }, 'yes'],
    ['a file that only looks like one of it', { 'usr/bin/n\u043edejs': 'x', 'usr/bin/nodejs\u200b': 'x' }, 'yes'],
    ['a file in capitals', { 'USR/BIN/NODEJS': 'x' }, 'yes'],
    ['a mark that hides all of it', { '.wh..wh..opq': '' }, 'no'],
    ['a file that is there again as it was', { 'bin/sh': 'sh' }, 'no'],
    ['a device in the place of one', { 'bin/sh': { type: '3' } }, 'no'],
  ])('%s', async (_, files, intact) => {
    const world = await known()
    const image = await world.image({ layers: [OS, NODE, SLIM, layer(files)] })
    await world.settle()
    expect(await world.facts(image)).toMatchObject({ layers: { base: 3, above: 1 }, intact })
  })

  it('is not known where a layer is one of those that only some runtimes read', async () => {
    const world = await based({ rule: '{ intact: true }' })
    await world.base([OS, NODE])
    await world.settle()
    const xz = { tar: APP_FILES.tar, stored: Buffer.from('fd377a585a000004', 'hex') }
    const image = await world.image({ layers: [OS, NODE, xz] })
    await world.settle()
    await world.pass(12)
    expect([await world.state(image), await world.at('v1')]).toEqual(['error', image])
  })

  it('counts on each platform that the image lists, whatever the configs of these say', async () => {
    const world = await known()
    const evil = { layers: [OS, NODE, SLIM, layer({ 'bin/sh': 'evil' })], architecture: 'amd64' }
    const good = { layers: [OS, NODE, SLIM, APP_FILES], architecture: 'amd64' }
    const { registry } = world.outside
    const manifests = [good, evil].map((made, n) => {
      const manifest = layered(registry, APP, made)
      return {
        mediaType: manifest.mediaType,
        digest: registry.push(APP, manifest),
        size: JSON.stringify(manifest).length,
        platform: { os: 'linux', architecture: n === 0 ? 'amd64' : 'arm64' },
      }
    })
    const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests }
    const image = world.push(index, 'v1')
    await world.settle()
    expect(await world.facts(image)).toMatchObject({ rung: 'proved', intact: 'no' })
    expect((await world.facts(image))?.platforms.map(({ rung }) => rung)).toEqual(['fresh', 'proved'])
    expect(await world.of(BASES).at('none')).toBeDefined()
  })
})
