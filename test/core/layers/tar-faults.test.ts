import { describe, expect, test } from 'vitest'
import { fault, one, read } from './read-tar.ts'
import { base256, long, pax, tarred, ZEROS } from './tar-writer.ts'

describe('what could be read otherwise is a fault', () => {
  const NUMBER = 'the header of "a" has a number that is none, or not to all readers'
  test.each<[string, readonly Buffer[], object]>([
    ['a wrong sum', [tarred({ sum: () => 1 })], fault('a header with a wrong checksum')],
    ['no header', [Buffer.alloc(512, 'x')], fault('a header with a wrong checksum')],
    [
      'a format of its own',
      [tarred({ damage: (block) => block.write('ustar!!', 257) })],
      fault('a header of the unknown format "ustar!!0"'),
    ],
    [
      'ustar without its NUL',
      [tarred({ damage: (block) => block.write('ustar 00', 257) })],
      fault('a header of the unknown format "ustar 00"'),
    ],
    ['star', [tarred({ format: 'star' })], fault('a header as star writes it')],
    [
      'a prefix in GNU',
      [tarred({ format: 'gnu', prefix: 'usr' })],
      fault('a GNU header with something else where times belong'),
    ],
    [
      'a second time in GNU that is none',
      [tarred({ format: 'gnu', prefix: `00000000001 usr` })],
      fault('a GNU header with something else where times belong'),
    ],
    ['digits that are none', [tarred({ size: Buffer.from('00000000008\0') })], fault(NUMBER)],
    ['a NUL before digits', [tarred({ size: Buffer.from('\x00000000001\0') })], fault(NUMBER)],
    ['more after digits', [tarred({ mode: Buffer.from('644\x3f7\0') })], fault(NUMBER)],
    ['a sign', [tarred({ uid: Buffer.from('-000001\0') })], fault(NUMBER)],
    ['a negative size', [tarred({ size: base256(-512n, 12) })], fault(NUMBER)],
    ['a size beyond counting', [tarred({ size: base256(2n ** 53n, 12) })], fault(NUMBER)],
    [
      'base-256 with more in its first byte',
      [tarred({ uid: Buffer.from([0x81, 0, 0, 0, 0, 0, 0, 1]) })],
      fault(NUMBER),
    ],
    ['a time beyond 63 bits', [tarred({ mtime: base256(2n ** 63n, 12) })], fault(NUMBER)],
    ['a time that is none', [tarred({ mtime: Buffer.from('yesterday') })], fault(NUMBER)],
    [
      'base-256 that is neither positive nor negative',
      [tarred({ type: '3', damage: (block) => Buffer.of(0x81, 0, 0, 0, 0, 0, 0, 0).copy(block, 329) })],
      fault(NUMBER),
    ],
    ['a device number that is none', [tarred({ type: '3', damage: (block) => block.write('x', 329) })], fault(NUMBER)],
    [
      'an owner beyond 32 bits',
      [tarred({ uid: base256(2n ** 32n, 8) })],
      fault('entry "a" belongs to 4294967296:0; 4294967294 is the highest possible'),
    ],
    [
      'a group that means none',
      [pax({ gid: '4294967295' }), tarred({})],
      fault('entry "a" belongs to 0:4294967295; 4294967294 is the highest possible'),
    ],
    ...['7', 'S', 'D', 'M', 'N', 'V', 'X', 'A', ' '].map((type): [string, readonly Buffer[], object] => [
      `type ${type}`,
      [tarred({ type })],
      fault(`entry "a" has the unknown type "${type}"`),
    ]),
    ['no name', [tarred({ name: '' })], fault('entry "" has no name')],
    ['a file as root', [tarred({ name: '.' })], fault('entry "." has the place of the root, and is no directory')],
    ['`..` above the root', [tarred({ name: 'a/../../b' })], fault('entry "a/../../b" is above the root')],
    ['`..` above the root after a slash', [tarred({ name: '/../b' })], fault('entry "/../b" is above the root')],
    [
      'a file named as a directory',
      [tarred({ name: 'a/' })],
      fault('entry "a/" is a file that is named as a directory'),
    ],
    [
      'a directory by its short name',
      [pax({ path: 'b' }), tarred({ name: 'b/', type: '\0' })],
      fault('entry "b" is a directory by one of its names'),
    ],
    [
      'a long path',
      [long('L', 'a/'.repeat(2048).concat('a')), tarred({ type: '5' })],
      fault(`entry ${JSON.stringify(`${'a/'.repeat(39)}a…`)} has a path of 4097 bytes; at most 4095 are possible`),
    ],
    [
      'a long name',
      [long('L', `b/${'a'.repeat(256)}`), tarred({})],
      fault(`entry ${JSON.stringify(`b/${'a'.repeat(77)}…`)} has a name of 256 bytes; at most 255 are possible`),
    ],
    [
      'content of a link',
      [tarred({ type: '1', link: 'b', content: 'x' })],
      fault('entry "a" has 1 bytes of content, and is no file'),
    ],
    [
      'content of a directory',
      [tarred({ type: '5', content: 'x' })],
      fault('entry "a" has 1 bytes of content, and is no file'),
    ],
    ['a symlink to nothing', [tarred({ type: '2' })], fault('entry "a" is a link to nothing')],
    ['a hard link to nothing', [tarred({ type: '1' })], fault('entry "a" is a link to nothing')],
    [
      'a hard link by `..`',
      [tarred({ type: '1', link: 'b/../c' })],
      fault('entry "a" is a hard link to "b/../c", which is no plain path'),
    ],
    [
      'a hard link to a directory',
      [tarred({ type: '1', link: 'b/' })],
      fault('entry "a" is a hard link to "b/", which is no plain path'),
    ],
    [
      'a hard link to `.`',
      [tarred({ type: '1', link: 'b/.' })],
      fault('entry "a" is a hard link to "b/.", which is no plain path'),
    ],
    ['a block after one of zeros', [ZEROS, tarred({})], fault('goes on after a block of zeros')],
  ])('%s', (_, parts, expected) => {
    expect(one(...parts)).toEqual(expected)
  })

  test.each<[string, Buffer]>([
    ['inside a header', tarred({}).subarray(0, 100)],
    ['inside content', tarred({ content: 'x'.repeat(600) }).subarray(0, 1100)],
    ['inside what fills a block', tarred({ content: 'x' }).subarray(0, 1023)],
    ['inside an extended header', pax({ path: 'b' }).subarray(0, 520)],
    ['inside a block of zeros', Buffer.concat([tarred({}), ZEROS, ZEROS.subarray(1)])],
  ])('an end %s', (_, bytes) => {
    expect(read(bytes)).toEqual(fault('ends inside an entry'))
  })
})
