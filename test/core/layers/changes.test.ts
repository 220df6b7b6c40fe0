import { describe, expect, it, test } from 'vitest'
import { changesTo } from '../../../lambda/core/layers/changes.ts'
import type { Change } from '../../../lambda/core/layers/compare-trees.ts'
import type { LayerEntry, LayerListing } from '../../../lambda/core/layers/listing.ts'
import { BASE, device, directory, file, link, opaque, symlink, whiteout } from './entries.ts'

/** `path kind was>now` of each change, in the order of the base. */
function changes(above: readonly LayerListing[], base: readonly LayerListing[] = [BASE]): readonly string[] {
  const result = changesTo(base, above)
  if ('fault' in result) return [result.fault]
  return result.changes.map(told)
}
const told = ({ path, kind, was, now }: Change) => `${path} ${kind} ${was}>${now ?? ''}`
const by = (...entries: readonly LayerEntry[]) => changes([entries])

describe('layers above a base', () => {
  test.each<[string, readonly LayerEntry[]]>([
    ['add files', [directory('app'), file('app/main'), file('usr/bin/node')]],
    ['list directories again as they are', [directory('etc'), directory('usr'), directory('usr/lib')]],
    ['list a symlink again as it is', [symlink('lib', 'usr/lib')]],
    ['hide what is not there', [whiteout('etc/shadow'), opaque('var')]],
    ['name a file again', [link('bin/bash', 'bin/sh')]],
    ['name a file again and take that name away', [link('x', 'bin/sh'), whiteout('x')]],
    ['write over a new name of a file', [link('x', 'bin/sh'), file('x')]],
    ['write through a symlink of their own', [symlink('new', 'usr'), file('new/x')]],
  ])('%s, and change nothing', (_, above) => {
    expect(by(...above)).toEqual([])
  })

  test.each<[string, readonly LayerEntry[], readonly string[]]>([
    ['a file over a file', [file('etc/passwd')], ['etc/passwd replaced file>file']],
    ['another type over a file', [device('etc/passwd')], ['etc/passwd replaced file>device']],
    ['a device over a device', [device('null')], ['null replaced device>device']],
    ['a directory over a symlink', [directory('lib')], ['lib replaced symlink>directory']],
    ['a file over a directory', [file('etc')], ['etc replaced directory>file', 'etc/passwd deleted file>']],
    ['a directory made in the place of a file', [file('bin/sh/x')], ['bin/sh replaced file>directory']],
    ['a hard link over a file', [link('etc/passwd', 'bin/sh')], ['etc/passwd replaced file>file']],
    [
      'a file that takes the place of one that was hidden',
      [whiteout('bin/sh'), file('bin/sh')],
      ['bin/sh replaced file>file'],
    ],
    [
      'a file through a symlink of their own',
      [symlink('new', 'etc'), file('new/passwd')],
      ['etc/passwd replaced file>file'],
    ],
    ['a whiteout', [whiteout('etc/passwd')], ['etc/passwd deleted file>']],
    ['a whiteout of a directory', [whiteout('etc')], ['etc deleted directory>', 'etc/passwd deleted file>']],
    ['a whiteout after a new file', [file('bin/sh'), whiteout('bin/sh')], ['bin/sh deleted file>']],
    ['an opaque directory', [opaque('etc')], ['etc/passwd deleted file>']],
    [
      'an opaque directory that is written first',
      [file('etc/passwd'), file('etc/x'), opaque('etc')],
      ['etc/passwd replaced file>file'],
    ],
    ['an opaque directory below another', [directory('usr/lib'), opaque('usr')], ['usr/lib/libc.so deleted file>']],
    [
      'an opaque root',
      [directory('bin'), directory('etc'), directory('usr'), symlink('lib', 'usr/lib'), opaque('')],
      [
        'bin/sh deleted file>',
        'bin/su deleted file>',
        'bin/ping deleted file>',
        'etc/passwd deleted file>',
        'usr/lib deleted directory>',
        'usr/lib/libc.so deleted file>',
        'null deleted device>',
      ],
    ],
    ['setuid', [file('bin/sh', { mode: 0o4755 })], ['bin/sh setuid file>file']],
    ['setgid', [file('bin/sh', { mode: 0o2755 })], ['bin/sh setuid file>file']],
    ['a capability', [file('bin/sh', { capability: true })], ['bin/sh setuid file>file']],
    ['setuid that was there', [file('bin/su', { mode: 0o4755 })], ['bin/su replaced file>file']],
    ['a capability that was there', [file('bin/ping', { capability: true })], ['bin/ping replaced file>file']],
    ['setuid of another user', [file('bin/su', { mode: 0o4755, uid: 7 })], ['bin/su setuid file>file']],
    [
      'setuid in the place of a directory',
      [file('etc', { mode: 0o4755 })],
      ['etc setuid directory>file', 'etc/passwd deleted file>'],
    ],
    ['setuid by a hard link', [link('x', 'bin/sh', { mode: 0o4755 })], ['bin/sh setuid file>file']],
    ['a capability by a hard link', [link('x', 'bin/sh', { capability: true })], ['bin/sh setuid file>file']],
    ['a mode by a hard link', [link('x', 'bin/sh', { mode: 0o777 })], ['bin/sh permissions file>file']],
    ['an owner of a device by a hard link', [link('x', 'null', { uid: 7 })], ['null permissions device>device']],
    ['a symlink in the place of a file', [symlink('bin/sh', 'bash')], ['bin/sh symlinked file>symlink']],
    [
      'a symlink in the place of a directory',
      [symlink('etc', 'usr')],
      ['etc symlinked directory>symlink', 'etc/passwd deleted file>'],
    ],
    ['a symlink to elsewhere', [symlink('lib', 'usr/lib64')], ['lib symlinked symlink>symlink']],
    [
      'a file through a symlink',
      [file('lib/libc.so')],
      ['usr/lib/libc.so symlinked file>file', 'lib symlinked symlink>symlink'],
    ],
    ['a new file through a symlink', [file('lib/x')], ['lib symlinked symlink>symlink']],
    [
      'a whiteout through a symlink',
      [whiteout('lib/libc.so')],
      ['usr/lib/libc.so symlinked file>', 'lib symlinked symlink>symlink'],
    ],
    [
      'an opaque symlink',
      [opaque('lib')],
      ['usr/lib symlinked directory>directory', 'usr/lib/libc.so deleted file>', 'lib symlinked symlink>symlink'],
    ],
    ['the mode of a directory', [directory('etc', { mode: 0o777 })], ['etc permissions directory>directory']],
    ['the owner of a directory', [directory('etc', { gid: 1 })], ['etc permissions directory>directory']],
    [
      'an access control list of a directory',
      [directory('etc', { acl: true })],
      ['etc permissions directory>directory'],
    ],
  ])('change it by %s', (_, above, expected) => {
    expect(by(...above)).toEqual(expected)
  })

  test.each<[string, readonly (readonly LayerEntry[])[], readonly string[]]>([
    [
      'a later one replaces what an earlier one deleted',
      [[whiteout('bin/sh')], [file('bin/sh')]],
      ['bin/sh replaced file>file'],
    ],
    ['a later one mends the mode of a directory', [[directory('etc', { mode: 0o777 })], [directory('etc')]], []],
    [
      'a later one takes setuid away',
      [[file('bin/sh', { mode: 0o4755 })], [file('bin/sh')]],
      ['bin/sh replaced file>file'],
    ],
    [
      'a directory becomes a symlink and a directory again',
      [[symlink('etc', 'usr')], [directory('etc'), file('etc/passwd')]],
      ['etc/passwd replaced file>file'],
    ],
    ['a later one writes in the place of a directory', [[file('etc')], [file('etc/x')]], ['etc/passwd deleted file>']],
    ['an opaque directory hides an earlier one too', [[file('etc/x')], [opaque('etc')]], ['etc/passwd deleted file>']],
  ])('count as they are unpacked: %s', (_, above, expected) => {
    expect(changes(above)).toEqual(expected)
  })

  it('are held against the base as its own layers leave it', () => {
    const base = [
      BASE,
      [whiteout('etc/passwd'), link('bin/bash', 'bin/sh', { mode: 0o4755 }), symlink('etc/alternatives', '../usr')],
    ]
    expect(changes([[file('etc/passwd'), file('bin/sh', { mode: 0o4755 })]], base)).toEqual([
      'bin/sh replaced file>file',
    ])
    expect(changes([[file('etc/alternatives/x')]], base)).toEqual(['etc/alternatives symlinked symlink>symlink'])
  })

  it('replace one name of a file, and leave its others', () => {
    const base = [[file('a'), link('b', 'a'), link('c', 'a')]]
    expect(changes([[file('b')]], base)).toEqual(['b replaced file>file'])
    expect(changes([[link('d', 'b', { mode: 0o700 })]], base)).toEqual([
      'a permissions file>file',
      'b permissions file>file',
      'c permissions file>file',
    ])
  })

  it('may be the same as one of the base, and put other files in the place of its own', () => {
    const layer = [file('a'), directory('b'), symlink('c', 'a')]
    expect(changes([layer], [layer])).toEqual(['a replaced file>file'])
    const linked = [file('a'), link('b', 'a', { mode: 0o4755 })]
    expect(changes([[whiteout('b')], linked], [linked])).toEqual(['a replaced file>file', 'b replaced file>file'])
  })

  it('may have names that objects have by themselves', () => {
    const base = [[file('__proto__/constructor'), file('hasOwnProperty')]]
    expect(changes([[file('x')]], base)).toEqual([])
    expect(changes([[file('__proto__/constructor'), whiteout('hasOwnProperty')]], base)).toEqual([
      '__proto__/constructor replaced file>file',
      'hasOwnProperty deleted file>',
    ])
  })

  it('may have names that are no text, told as well as can be', () => {
    expect(changes([[file('a\udcff')]], [[file('a\udcff'), file('a\udcfe')]])).toEqual(['a\ufffd replaced file>file'])
  })
})
describe('what is added', () => {
  it('is counted by what the layers carry', () => {
    const above = [[file('a', { size: 3 }), directory('b'), link('c', 'a')], [file('a', { size: 4 })]]
    expect(changesTo([BASE], above)).toMatchObject({ added: { files: 2, bytes: 7, setuid: { listed: [], total: 0 } } })
  })

  it('stays in an opaque directory that is marked again', () => {
    const above = [opaque('d'), file('d/new/su', { mode: 0o4755 }), opaque('d'), opaque('d/new')]
    expect(changesTo([BASE], [above.slice(0, 3)])).toMatchObject({ added: { setuid: { listed: ['d/new/su'] } } })
    expect(changesTo([BASE], [above.slice(1)])).toMatchObject({ added: { setuid: { listed: [] } } })
  })

  it('is told where it gives rights, by each of its names', () => {
    const above = [
      file('z', { mode: 0o4755 }),
      link('y', 'z', { mode: 0o4755 }),
      file('x', { capability: true }),
      file('gone', { mode: 0o2755 }),
      directory('d', { mode: 0o2755 }),
      whiteout('gone'),
      link('su', 'bin/su', { mode: 0o4755 }),
    ]
    expect(changesTo([BASE], [above])).toMatchObject({
      changes: [],
      added: { setuid: { listed: ['su', 'x', 'y', 'z'], total: 4 } },
    })
    const many = Array.from({ length: 101 }, (_, at) => file(`f${at}`, { mode: 0o4755 }))
    expect(changesTo([BASE], [many])).toMatchObject({ added: { setuid: { listed: { length: 100 }, total: 101 } } })
  })
})
