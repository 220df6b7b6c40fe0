import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { LayerFault } from '../../../lambda/core/layers/layer-fault.ts'
import {
  type LayerEntry,
  type LayerListing,
  listingReader,
  MAX_ENTRIES,
  MAX_PATH_BYTES,
} from '../../../lambda/core/layers/listing.ts'
import { file, link, opaque, symlink, whiteout } from './entries.ts'
import { fault } from './read-tar.ts'
import { archive, long, pax, tarred, type Written } from './tar-writer.ts'

function list(...parts: readonly Buffer[]): LayerListing | LayerFault {
  const reader = listingReader()
  return reader.push(archive(...parts)) ?? reader.end()
}

describe('the listing of a layer', () => {
  it('has what the headers say', () => {
    const headers = [
      pax({ 'SCHILY.xattr.security.capability': 'x' }),
      tarred({ name: './usr/bin/ping', content: 'abc', mode: 0o100755 }),
    ]
    expect(list(...headers, tarred({ name: 'lib', type: '2', link: '/usr/lib', uid: 5 }))).toEqual([
      file('usr/bin/ping', { size: 3, capability: true }),
      { ...symlink('lib', '/usr/lib'), mode: 0o644, uid: 5 },
    ])
  })

  // https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts
  test.each<[string, Written, LayerEntry]>([
    ['a whiteout', { name: 'etc/.wh.passwd' }, whiteout('etc/passwd')],
    ['one at the root', { name: './.wh.etc' }, whiteout('etc')],
    ['one with content', { name: '.wh.a', content: 'x' }, whiteout('a')],
    ['one that is a directory', { name: '.wh.a/', type: '5' }, whiteout('a')],
    ['one that is a link', { name: '.wh.a', type: '1', link: 'b' }, whiteout('a')],
    ['one of a dotted name', { name: '.wh....' }, whiteout('...')],
    ['an opaque directory', { name: 'etc/.wh..wh..opq' }, opaque('etc')],
    ['an opaque root', { name: '.wh..wh..opq' }, opaque('')],
    ['an opaque directory by a symlink', { name: 'a/.wh..wh..opq', type: '2', link: 'b' }, opaque('a')],
    // What aufs kept for itself, and no file could have the name of
    ['other marks', { name: '.wh..wh.aufs' }, whiteout('.wh.aufs')],
    ['what is in them', { name: '.wh..wh.plnk/1.2' }, file('.wh..wh.plnk/1.2', { mode: 0o644 })],
    ['no whiteout by a name that ends so', { name: 'a.wh.b' }, file('a.wh.b', { mode: 0o644 })],
  ])('has %s', (_, written, entry) => {
    expect(list(tarred(written))).toEqual([entry])
  })

  it.each(['.wh.', '.wh..', '.wh...'])('has no %s, which hides no file', (name) => {
    expect(list(tarred({ name: `a/${name}` }))).toEqual(fault(`whiteout "${name}" of no file`))
  })

  it('leaves the root out', () => {
    expect(list(tarred({ name: './', type: '5', mode: 0o777 }), tarred({}))).toHaveLength(1)
  })

  it('has a whiteout where a global header is: containerd removes what has its name', () => {
    expect(list(pax({ comment: 'x' }, { type: 'g', name: 'etc/passwd' }))).toEqual([whiteout('etc/passwd')])
    expect(list(pax({ comment: 'x' }, { type: 'g', name: '.wh.a' }))).toEqual([whiteout('a')])
  })

  it('is a fault where the archive is one, which stays one', () => {
    const reader = listingReader()
    expect(reader.push(Buffer.alloc(512, 'x'))).toEqual(fault('a header with a wrong checksum'))
    expect(reader.push(archive(tarred({})))).toEqual(fault('a header with a wrong checksum'))
    expect(reader.end()).toEqual(fault('a header with a wrong checksum'))
  })

  it('has at most 250,000 entries', () => {
    const one = tarred({})
    const thousand = Buffer.concat(Array.from({ length: 1000 }, () => one))
    const reader = listingReader()
    for (let at = 0; at < MAX_ENTRIES / 1000; at++) expect(reader.push(thousand)).toBeUndefined()
    expect(reader.push(one)).toEqual(fault('more than 250000 entries in a layer', 'over-limit'))
  })

  it('has at most 64 MiB of paths and targets', () => {
    const path = `${`${'a'.repeat(250)}/`.repeat(15)}b`
    const one = Buffer.concat([long('L', path), long('K', path), tarred({ type: '2' })])
    const fits = Math.floor(MAX_PATH_BYTES / (2 * path.length))
    const reader = listingReader()
    for (let at = 0; at < fits; at++) expect(reader.push(one)).toBeUndefined()
    expect(reader.push(one)).toEqual(fault('more than 67108864 bytes of paths in a layer', 'over-limit'))
  })
})

it('a link may have any target that a file system can keep', () => {
  const name = fc.stringMatching(/^[a-z.é/]{1,40}$/)
  fc.assert(
    fc.property(name, (text) => {
      expect(list(tarred({ name: 'a', type: '2', link: text }))).toEqual([{ ...symlink('a', text), mode: 0o644 }])
    }),
  )
  expect(list(tarred({ name: 'a', type: '1', link: '/b/./c' }))).toEqual([{ ...link('a', 'b/c'), mode: 0o644 }])
})
