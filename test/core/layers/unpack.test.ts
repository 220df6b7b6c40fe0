import { describe, expect, it, test } from 'vitest'
import { changesTo, MAX_ENTRIES_IN_ALL } from '../../../lambda/core/layers/changes.ts'
import type { LayerEntry } from '../../../lambda/core/layers/listing.ts'
import { BASE, directory, file, link, opaque, symlink } from './entries.ts'
import { fault } from './read-tar.ts'

describe('what cannot be unpacked, or is unpacked in two ways, is a fault', () => {
  test.each<[string, readonly LayerEntry[], string]>([
    ['a hard link to nothing', [link('x', 'nothing')], 'hard link "x" to "nothing", where no file is'],
    ['a hard link to a directory', [link('x', 'etc')], 'hard link "x" to "etc", where no file is'],
    ['a hard link to itself', [link('bin/sh', 'bin/sh')], 'hard link "bin/sh" to "bin/sh", where no file is'],
    ['a file in a file of the same layer', [file('x'), file('x/y')], '"x" is no directory, and has files in it'],
    [
      'symlinks in a circle',
      [symlink('x', 'y'), symlink('y', 'x'), file('x/z')],
      '"x" leads through too many symlinks',
    ],
    ['a symlink to itself and more', [symlink('x', 'x/x'), file('x/z')], '"x" leads through too many symlinks'],
    // containerd takes a link under a link from where the first one is written, not from where it leads
    [
      '`..` beneath a symlink',
      [symlink('a', 'lib'), symlink('lib/up', '../x'), file('a/up/z')],
      '"a/up" leads to "usr/x", or to "x"',
    ],
    [
      '`..` in a target after a symlink',
      [symlink('etc/a', '../lib/../bin'), file('etc/a/z')],
      '"etc/a" leads to "usr/bin", or to "bin"',
    ],
  ])('%s', (_, above, expected) => {
    expect(changesTo([BASE], [[], above])).toEqual(fault(`layer 3: ${expected}`))
  })

  it('a path that is too long where it leads', () => {
    const above = [symlink('x', `/${'y/'.repeat(2000)}`), file(`x/${'z/'.repeat(48)}z`)]
    const expected = /^layer 3: "x\/z.*" leads to a path of 4097 bytes; at most 4095 are possible$/
    expect(changesTo([BASE], [[], above])).toMatchObject({ fault: expect.stringMatching(expected) })
  })

  it('in the base too', () => {
    expect(changesTo([[link('x', 'y')]], [])).toEqual({
      fault: 'layer 1: hard link "x" to "y", where no file is',
      reason: 'unreadable',
    })
  })

  it('follows as many symlinks as containerd does', () => {
    const chain = (length: number) => [
      ...Array.from({ length }, (_, at) => symlink(`l${at}`, `l${at + 1}`)),
      directory(`l${length}`),
      file('l0/x'),
    ]
    expect(changesTo([], [chain(255)])).toMatchObject({ changes: [] })
    expect(changesTo([], [chain(256)])).toMatchObject({ fault: 'layer 1: "l0" leads through too many symlinks' })
  })
})
describe('what is too much is a fault', () => {
  const files = (count: number, at: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => file(at(index)))

  it('of entries', () => {
    const layer = files(MAX_ENTRIES_IN_ALL / 2, String)
    expect(changesTo([layer], [layer, [file('x')]])).toEqual({
      fault: '500001 entries in 3 layers; at most 500000 are looked at',
      reason: 'over-limit',
    })
  })

  it('of paths', () => {
    const layer = files(2_100, (at) => `${at}${'/a'.repeat(1_900)}`)
    const layers = Array.from({ length: 20 }, () => layer)
    expect(changesTo([], layers)).toMatchObject({
      fault: expect.stringMatching(/^\d{9} characters of paths in 20 layers; at most 134217728 are looked at$/),
    })
  })

  it('of directories', () => {
    const layer = files(251, (index) => `${index}${'/d'.repeat(1000)}`)
    expect(changesTo([], [layer])).toEqual({
      fault: 'layer 1: more than 250000 directories, or fewer that are deep',
      reason: 'over-limit',
    })
  })

  it('of steps: deep directories, each opaque, over many files', () => {
    const deep = Array.from({ length: 1000 }, (_, at) => 'd/'.repeat(at + 1).slice(0, -1))
    const layer = [...deep.map((path) => directory(path)), ...files(9_000, (at) => `${deep[999]}/${at}`)]
    expect(changesTo([], [[...layer, ...deep.map(opaque)]])).toEqual({
      fault: 'layer 1: more than 10000000 steps to unpack it',
      reason: 'over-limit',
    })
  })

  it('of steps: symlinks that lead through many others', () => {
    const long = Array.from({ length: 1000 }, () => 'd').join('/')
    const links = Array.from({ length: 30 }, (_, at) => symlink(`l${at}`, `${long}/../${'../'.repeat(999)}l${at + 1}`))
    const layer = [directory(long), ...links, ...files(5_000, (at) => `l0/${at}`)]
    const start = performance.now()
    expect(changesTo([], [layer])).toHaveProperty('fault')
    expect(performance.now() - start).toBeLessThan(5_000)
  })
})
