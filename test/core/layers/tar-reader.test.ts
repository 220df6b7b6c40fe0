import { describe, expect, it, test } from 'vitest'
import { file, one, read } from './read-tar.ts'
import { archive, base256, long, pax, signedSum, tarred, ZEROS } from './tar-writer.ts'

describe('an archive', () => {
  test.each<[string, readonly Buffer[], object]>([
    ['a file', [tarred({ name: 'etc/passwd', content: 'root' })], file('etc/passwd', { size: 4 })],
    ['a file of old', [tarred({ name: 'a', type: '\0' })], file('a')],
    ['a directory of old', [tarred({ name: 'a/', type: '\0' })], file('a', { kind: 'directory' })],
    [
      'a directory',
      [tarred({ name: 'usr/bin/', type: '5', mode: 0o755 })],
      file('usr/bin', { kind: 'directory', mode: 0o755 }),
    ],
    ['a symlink', [tarred({ type: '2', link: '../b' })], file('a', { kind: 'symlink', target: '../b' })],
    ['a hard link', [tarred({ type: '1', link: './b//c' })], file('a', { kind: 'link', target: 'b/c' })],
    ['a character device', [tarred({ type: '3' })], file('a', { kind: 'device' })],
    ['a block device', [tarred({ type: '4' })], file('a', { kind: 'device' })],
    ['a fifo', [tarred({ type: '6' })], file('a', { kind: 'fifo' })],
    ['modes with type bits', [tarred({ mode: 0o104755 })], file('a', { mode: 0o4755 })],
    ['a prefix', [tarred({ name: 'b', prefix: 'a' })], file('a/b')],
    ['a prefix that fills its field', [tarred({ name: 'b', prefix: 'a'.repeat(155) })], file(`${'a'.repeat(155)}/b`)],
    ['a name that fills its field', [tarred({ name: 'a'.repeat(100) })], file('a'.repeat(100))],
    ['no prefix where GNU has times', [tarred({ format: 'gnu', prefix: '00000000001 ' })], file('a')],
    ['no prefix in the oldest format', [tarred({ format: 'v7', prefix: 'b' })], file('a')],
    ['any version of ustar', [tarred({ damage: (block) => block.write('  ', 263) })], file('a')],
    ['a sum of signed bytes', [tarred({ name: 'é', sum: signedSum })], file('é')],
    ['spaces around numbers', [tarred({ mode: Buffer.from('   644 \0') })], file('a')],
    ['empty numbers', [tarred({ uid: Buffer.alloc(8), gid: Buffer.alloc(8, ' ') })], file('a')],
    ['base-256', [tarred({ uid: base256(2n ** 31n, 8), size: base256(0n, 12) })], file('a', { uid: 2 ** 31 })],
    ['a time before 1970', [tarred({ mtime: base256(-5n, 12) })], file('a')],
    ['a leading slash', [tarred({ name: '/etc/./x//y' })], file('etc/x/y')],
    ['`..` within the root', [tarred({ name: './etc/../b' })], file('b')],
    ['the root', [tarred({ name: './', type: '5' })], file('', { kind: 'directory' })],
    [
      'a name that is no UTF-8',
      [tarred({ name: Buffer.from([0x61, 0xff, 0xc3, 0xa9, 0xef, 0xbf, 0xbd]) })],
      file('a\udcffé\ufffd'),
    ],
    ['a pax path', [pax({ path: '/b/./é' }), tarred({})], file('b/é')],
    [
      'a pax link',
      [pax({ linkpath: 'b' }), tarred({ type: '2', link: 'c' })],
      file('a', { kind: 'symlink', target: 'b' }),
    ],
    ['pax owners', [pax({ uid: '4294967294', gid: '07' }), tarred({})], file('a', { uid: 4_294_967_294, gid: 7 })],
    ['a pax size that agrees', [pax({ size: '3' }), tarred({ content: 'abc' })], file('a', { size: 3 })],
    ['other pax records', [pax({ mtime: '-1.5', comment: 'x=y\n\0', atime: '' }), tarred({})], file('a')],
    ['an empty extended header', [pax({}), tarred({})], file('a')],
    [
      'a capability',
      [pax({ 'SCHILY.xattr.security.capability': Buffer.from([1, 0, 0, 2]) }), tarred({})],
      file('a', { capability: true }),
    ],
    [
      'an access control list',
      [pax({ 'SCHILY.xattr.system.posix_acl_default': 'x' }), tarred({})],
      file('a', { acl: true }),
    ],
    ['a long name', [long('L', `${'d/'.repeat(90)}b`), tarred({})], file(`${'d/'.repeat(90)}b`)],
    ['a long name without its NUL', [tarred({ type: 'L', format: 'gnu', content: 'b' }), tarred({})], file('b')],
    [
      'a long target',
      [long('K', 'c'.repeat(120)), tarred({ type: '2', link: 'c' })],
      file('a', { kind: 'symlink', target: 'c'.repeat(120) }),
    ],
    ['a long name with times', [pax({ mtime: '1' }), long('L', 'b'), tarred({})], file('b')],
    [
      'a global header',
      [pax({ comment: 'x' }, { type: 'g', name: 'pax_global_header' })],
      file('pax_global_header', { kind: 'global', size: 13 }),
    ],
  ])('has %s', (_, parts, entry) => {
    expect(one(...parts)).toEqual([entry])
  })

  it('is all of its entries', () => {
    const parts = [
      pax({ uid: '1' }),
      tarred({ name: 'a', content: 'x'.repeat(513) }),
      tarred({ name: 'b' }),
      tarred({ name: 'b' }),
    ]
    expect(one(...parts)).toEqual([file('a', { size: 513, uid: 1 }), file('b'), file('b')])
  })

  test.each<[string, Buffer, readonly object[]]>([
    ['nothing', Buffer.alloc(0), []],
    ['no end', tarred({}), [file('a')]],
    ['one block of zeros', Buffer.concat([tarred({}), ZEROS]), [file('a')]],
    [
      'anything after two blocks of zeros',
      Buffer.concat([archive(tarred({})), tarred({ name: 'b' }), Buffer.from('x')]),
      [file('a')],
    ],
  ])('may end with %s', (_, bytes, entries) => {
    expect(read(bytes)).toEqual(entries)
  })
})
