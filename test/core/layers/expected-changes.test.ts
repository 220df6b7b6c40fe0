import { describe, expect, it, test } from 'vitest'
import { partChanges } from '../../../lambda/core/layers/changes.ts'
import { CHANGE_KINDS, type Change } from '../../../lambda/core/layers/compare-trees.ts'
import {
  expectedChanges,
  FILE_CHANGES,
  isFileChange,
  pathGlobFault,
} from '../../../lambda/core/layers/expected-changes.ts'

const replaced = (path: string): Change => ({ path, kind: 'replaced', was: 'file', now: 'file' })
const isExpected = (expected: readonly string[], path: string) => expectedChanges(expected)(replaced(path))

describe('changes that are expected', () => {
  test.each<[name: string, covered: readonly string[], others: readonly string[]]>([
    [
      'users',
      ['etc/passwd', 'etc/group-', 'etc/shadow', 'etc/gshadow-'],
      ['etc/passwd~', 'etc/sudoers', 'x/etc/passwd'],
    ],
    [
      'ca-certificates',
      [
        'etc/ssl/certs/ca-certificates.crt',
        'etc/ca-certificates.conf',
        'usr/share/ca-certificates/a/b',
        'etc/pki/ca-trust/x',
        'etc/pki/tls/certs/x',
        'usr/local/share/ca-certificates/x',
        'etc/ca-certificates/update.d/x',
      ],
      ['etc/ssl/openssl.cnf', 'etc/ssl/certs', 'etc/ca-certificatesXconf'],
    ],
    [
      'package-database',
      [
        'lib/apk/db/installed',
        'usr/lib/apk/db/scripts.tar',
        'etc/apk/world',
        'var/cache/apk/x',
        'var/lib/dpkg/status',
        'var/lib/apt/lists/x',
        'var/cache/apt/x',
        'var/cache/debconf/x',
        'var/lib/rpm/x',
        'usr/lib/sysimage/rpm/x',
        'var/lib/dnf/x',
        'var/cache/dnf/x',
        'var/log/dpkg.log',
      ],
      ['etc/apk/keys/x', 'var/lib/x', 'etc/apk/world/x'],
    ],
    ['network', ['etc/hosts', 'etc/hostname', 'etc/resolv.conf'], ['etc/resolvXconf']],
    ['loader-cache', ['etc/ld.so.cache'], ['etc/ld.so.conf']],
    ['machine-id', ['etc/machine-id', 'var/lib/dbus/machine-id'], ['etc/machine-id2']],
    ['/opt/*', ['opt/a', 'opt/.b'], ['opt', 'opt/a/b', 'optional']],
    ['/opt/**', ['opt/a', 'opt/a/b', 'opt/a\nb'], ['opt']],
    ['/usr/*/a.**', ['usr/lib/a.so', 'usr/x/a./b'], ['usr/lib/x/a.so', 'usr/lib/aXso']],
    ['/*constructor*', ['constructor', 'xconstructor2'], ['const']],
    ['/(a|b)+[c]', ['(a|b)+[c]'], ['ac', 'a']],
    ['entrypoint', [], ['entrypoint', 'etc/passwd']],
  ])('%s', (name, covered, others) => {
    expect(covered.filter((path) => !isExpected([name], path))).toEqual([])
    expect(others.filter((path) => isExpected([name], path))).toEqual([])
  })

  it('are those of any name that is listed', () => {
    expect(isExpected(['users', '/opt/x', 'network'], 'opt/x')).toBe(true)
    expect(isExpected(['users', '/opt/x', 'network'], 'etc/hosts')).toBe(true)
    expect(isExpected([], 'etc/hosts')).toBe(false)
  })

  test.each<[Omit<Change, 'path'>, boolean]>([
    [{ kind: 'replaced', was: 'file', now: 'file' }, true],
    [{ kind: 'replaced', was: 'file', now: 'device' }, false],
    [{ kind: 'replaced', was: 'symlink', now: 'file' }, false],
    [{ kind: 'replaced', was: 'directory', now: 'file' }, false],
    [{ kind: 'deleted', was: 'file' }, true],
    [{ kind: 'deleted', was: 'directory' }, true],
    [{ kind: 'deleted', was: 'symlink' }, false],
    [{ kind: 'permissions', was: 'directory', now: 'directory' }, true],
    [{ kind: 'setuid', was: 'file', now: 'file' }, false],
    [{ kind: 'symlinked', was: 'file', now: 'symlink' }, false],
  ])('are never such that give rights or lead elsewhere: %j', (change, expected) => {
    expect(expectedChanges(['/**'])({ path: 'a', ...change })).toBe(expected)
  })

  it('have names that are told apart from globs', () => {
    expect(Object.keys(FILE_CHANGES).every(isFileChange)).toBe(true)
    expect(['toString', '/etc', 'User'].some(isFileChange)).toBe(false)
  })

  test.each([
    ['/opt/**', undefined],
    ['/*', undefined],
    ['/..a/.b', undefined],
    ['opt', 'a path glob begins with "/"'],
    ['/a***', 'only * and ** are wildcards'],
    ['/', 'matches no file: no name is empty, "." or ".."'],
    ['/a//b', 'matches no file: no name is empty, "." or ".."'],
    ['/a/', 'matches no file: no name is empty, "." or ".."'],
    ['/a/../b', 'matches no file: no name is empty, "." or ".."'],
    [`/${'a'.repeat(512)}`, '513 characters; at most 512 are allowed'],
  ])('%s', (glob, fault) => {
    expect(pathGlobFault(glob)).toBe(fault)
  })
})

it('changes are parted, the heaviest first, and counted', () => {
  const many = Array.from({ length: 150 }, (_, at) => replaced(`f${at + 100}`))
  const others = CHANGE_KINDS.map((kind): Change => ({ path: `a-${kind}`, kind, was: 'file' }))
  const { expected, unexpected } = partChanges(
    [...many, ...others, replaced('etc/hosts')],
    expectedChanges(['network']),
  )
  expect(expected).toEqual({
    listed: [replaced('etc/hosts')],
    total: 1,
    totals: { symlinked: 0, setuid: 0, loader: 0, deleted: 0, replaced: 1, permissions: 0 },
  })
  expect(unexpected).toMatchObject({
    listed: { length: 100 },
    total: 156,
    totals: { symlinked: 1, setuid: 1, loader: 1, deleted: 1, replaced: 151, permissions: 1 },
  })
  expect(unexpected.listed.slice(0, 6).map(({ path }) => path)).toEqual([
    'a-symlinked',
    'a-setuid',
    'a-loader',
    'a-deleted',
    'a-replaced',
    'f100',
  ])
})
