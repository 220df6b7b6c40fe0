import { describe, expect, it, test } from 'vitest'
import { fault, file, one, read } from './read-tar.ts'
import { headerOf, long, pax, record, tarred } from './tar-writer.ts'

const MIB = 2 ** 20

describe('an extended header', () => {
  const about = (key: string, text: string) => fault(`the extended header's record "${key}" ${text}`)
  const MALFORMED = fault('an extended header whose records are malformed')
  test.each<[string, Readonly<Record<string, string | Buffer>>, object]>([
    ['a sparse file', { 'GNU.sparse.major': '1' }, about('GNU.sparse.major', 'tells of a sparse file')],
    ['a sparse file of star', { 'SCHILY.realsize': '1' }, about('SCHILY.realsize', 'tells of a sparse file')],
    [
      'an opaque directory',
      { 'SCHILY.xattr.trusted.overlay.opaque': 'y' },
      about('SCHILY.xattr.trusted.overlay.opaque', 'would tell overlayfs to hide files'),
    ],
    [
      'one of a user',
      { 'SCHILY.xattr.user.overlay.opaque': 'y' },
      about('SCHILY.xattr.user.overlay.opaque', 'would tell overlayfs to hide files'),
    ],
    ['NUL in a path', { path: 'a\0b' }, about('path', 'has a NUL in its value')],
    ['NUL in an owner', { uname: 'a\0b' }, about('uname', 'has a NUL in its value')],
    ['NUL in a key', { 'a\0': 'b' }, about('a\\u0000', 'has a NUL in its name')],
    ['an empty path', { path: '' }, about('path', 'is empty')],
    ['an empty size', { size: '' }, about('size', 'is "", not a count')],
    ['a negative size', { size: '-1' }, about('size', 'is "-1", not a count')],
    ['an owner in octal', { uid: '0o7' }, about('uid', 'is "0o7", not a count')],
    ['a time that is none', { mtime: '1e3' }, about('mtime', 'is no time')],
    [
      'an empty capability',
      { 'SCHILY.xattr.security.capability': '' },
      about('SCHILY.xattr.security.capability', 'is empty'),
    ],
  ])('with %s is a fault', (_, records, expected) => {
    expect(one(pax(records), tarred({}))).toEqual(expected)
  })

  test.each(['path', 'size', 'SCHILY.xattr.security.capability'])('that tells %s twice is a fault', (key) => {
    expect(one(pax(Buffer.concat([record(key, '0'), record(key, '0')])), tarred({}))).toEqual(
      about(key, 'is there twice'),
    )
  })

  test.each([
    'x',
    '5 a=',
    '12 path=abcd',
    '11 path=abcd\n',
    '0 path=b\n',
    '9path=b\n',
    '-9 path=b\n',
    '5 =b\n',
    '5 ab\n',
    '9 path=b\n\0',
    ' 9 path=b\n',
    '00000009 path=b\n',
  ])('of %j is a fault', (text) => {
    expect(one(pax(Buffer.from(text)), tarred({}))).toEqual(MALFORMED)
  })

  it('whose size differs from the header is a fault, but where octal digits have no room', () => {
    expect(one(pax({ size: '512' }), tarred({}))).toEqual(
      fault('entry "a" has 0 bytes by its header, and 512 by the extended one'),
    )
    const large = Buffer.concat([pax({ size: `${2 ** 33}` }), headerOf({})])
    expect(read(large)).toEqual(fault('ends inside an entry'))
  })

  it('for all that follows is a fault where it tells of files', () => {
    expect(one(pax({ path: 'b' }, { type: 'g' }), tarred({}))).toEqual(fault('a global header that tells of files'))
  })

  test.each<[string, readonly Buffer[], object]>([
    ['x', [pax({}), pax({}), tarred({})], fault('a header of type x after another for the same entry')],
    ['L', [long('L', 'b'), long('L', 'c'), tarred({})], fault('a header of type L after another for the same entry')],
    [
      'g',
      [pax({}), pax({ comment: 'x' }, { type: 'g' }), tarred({})],
      fault('a header of type g after another for the same entry'),
    ],
    [
      'K',
      [tarred({ type: 'K', format: 'v7', content: 'b' }), tarred({})],
      fault('a header of type K in a format that has none'),
    ],
    ['x', [pax({})], fault('ends after a header for an entry that is not there')],
  ])('%s that readers take differently is a fault', (_, parts, expected) => {
    expect(one(...parts)).toEqual(expected)
    if (parts.length === 1) expect(read(parts[0]!)).toEqual(expected)
  })

  it('and a long name for the same entry is a fault', () => {
    expect(one(pax({ path: 'b' }), long('L', 'c'), tarred({}))).toEqual(fault('an entry that is named twice'))
    expect(one(pax({ linkpath: 'b' }), long('K', 'c'), tarred({ type: '2' }))).toEqual(
      fault('an entry that is named twice'),
    )
  })

  it.each(['', 'a\0b'])('%j is no long name', (text) => {
    const expected = fault('a long name that is empty, or goes on after its end')
    expect(one(tarred({ type: 'L', format: 'gnu', content: `${text}\0` }), tarred({}))).toEqual(expected)
  })

  it('is read up to a MiB', () => {
    const most = record('comment', 'x'.repeat(MIB - 17))
    expect(most).toHaveLength(MIB)
    expect(one(pax(most), tarred({}))).toEqual([file('a')])
    expect(one(pax(Buffer.concat([most, most])), tarred({}))).toEqual(
      fault('a header of 2097152 bytes; at most 1048576 are read', 'over-limit'),
    )
  })
})
