import { gzipSync } from 'node:zlib'
import { Snapshot, Targets } from '@tufjs/models'
import { describe, expect, test } from 'vitest'
import { readTar } from '../../../lambda/core/policy/tar.ts'
import { readTufRepository } from '../../../lambda/core/policy/tuf-repository.ts'
import { packed, type Repository, repositoryOf, roleKey, rootOf, signed, tar } from './tuf.ts'

const NAME = 'trusted_root.json'
const COMMON = { specVersion: '1.0.31', expires: '2020-01-01T00:00:00Z' }

describe('a packed TUF repository', () => {
  test.each([
    ['with consistent snapshots', {}],
    ['without', { consistent: false }],
    ['whose keys have rotated', { rotated: true }],
    ['with a target in a folder and a path that is long', { name: `roots/of/acme/${NAME}` }],
  ])('%s', (_, options) => {
    const { root, files } = repositoryOf('the target', options)
    const name = 'name' in options ? options.name : NAME
    expect(readTufRepository(packed(files), root, name)).toEqual({ text: 'the target' })
    expect(readTufRepository(packed(files, ''), root, name)).toEqual({ text: 'the target' })
  })

  const change = (path: string, content: (repository: Repository) => Buffer | undefined) => (it: Repository) => {
    const bytes = content(it)
    if (bytes === undefined) it.files.delete(path)
    else it.files.set(path, bytes)
  }
  const target = (it: Repository) => [...it.files.keys()].find((path) => path.startsWith('targets/')) ?? ''
  const bySelf = 'was signed by 0/1 keys'
  test.each<readonly [string, (it: Repository) => void, string]>([
    [
      'a target of other bytes',
      (it) => it.files.set(target(it), Buffer.from('the tarGet')),
      'is not the file that is signed for',
    ],
    [
      'a longer target',
      (it) => it.files.set(target(it), Buffer.from('the target ')),
      'is not the file that is signed for',
    ],
    ['no target', (it) => it.files.delete(target(it)), `it lacks the file of the target "${NAME}"`],
    ['no timestamp', change('timestamp.json', () => undefined), 'it lacks timestamp.json'],
    ['no snapshot', change('4.snapshot.json', () => undefined), 'it lacks 4.snapshot.json'],
    ['no targets', change('5.targets.json', () => undefined), 'it lacks 5.targets.json'],
    ['metadata that is no JSON', change('timestamp.json', () => Buffer.from('{')), 'JSON'],
    [
      'metadata of another kind',
      change('timestamp.json', ({ files }) => files.get('5.targets.json')),
      "expected 'timestamp'",
    ],
    [
      'a snapshot of a stranger',
      change('4.snapshot.json', () => signed(new Snapshot({ ...COMMON, version: 4 }), roleKey('a'))),
      `snapshot ${bySelf}`,
    ],
    [
      'a snapshot of another version',
      change('4.snapshot.json', ({ keys }) => signed(new Snapshot({ ...COMMON, version: 3 }), keys.first)),
      'snapshot.json has another version',
    ],
    [
      'targets of a stranger',
      change('5.targets.json', () => signed(new Targets({ ...COMMON, version: 5 }), roleKey('a'))),
      `targets ${bySelf}`,
    ],
    [
      'targets of another version',
      change('5.targets.json', ({ keys }) => signed(new Targets({ ...COMMON, version: 4 }), keys.first)),
      'targets.json has another version',
    ],
    [
      'targets without this one',
      change('5.targets.json', ({ keys }) => signed(new Targets({ ...COMMON, version: 5 }), keys.first)),
      `no target is called "${NAME}"`,
    ],
    [
      'a new root that the old one has not signed',
      change('2.root.json', ({ keys }) => signed(rootOf(2, keys.second), keys.second)),
      `root ${bySelf}`,
    ],
    [
      'a new root that has not signed itself',
      change('2.root.json', ({ keys }) => signed(rootOf(2, keys.second), keys.first)),
      `root ${bySelf}`,
    ],
    [
      'a new root of another version',
      change('2.root.json', ({ keys }) => signed(rootOf(3, keys.first), keys.first)),
      '2.root.json has another version',
    ],
  ])('does not hold with %s', (_, spoil, expected) => {
    const repository = repositoryOf('the target')
    spoil(repository)
    const read = readTufRepository(packed(repository.files), repository.root, NAME)
    expect(read).toEqual({ fault: expect.stringContaining(expected) })
    expect(read).toEqual({ fault: expect.stringMatching(/^the TUF repository does not hold: /) })
  })

  test('does not hold with the root of somebody else', () => {
    const { root } = repositoryOf('the target')
    expect(readTufRepository(packed(repositoryOf('the target').files), root, NAME)).toEqual({
      fault: `the TUF repository does not hold: timestamp ${bySelf}`,
    })
  })

  test('does not hold with a root that has not signed itself', () => {
    const { files, keys } = repositoryOf('the target')
    const root = signed(rootOf(1, keys.first), keys.second).toString('base64')
    expect(readTufRepository(packed(files), root, NAME)).toEqual({
      fault: `the TUF repository does not hold: root ${bySelf}`,
    })
  })

  test.each([
    ['no base64', '!'],
    ['no gzip', Buffer.from('hello').toString('base64')],
    ['no tar', gzipSync('hello').toString('base64')],
    ['more than is unpacked', gzipSync(Buffer.alloc(9_000_000)).toString('base64')],
  ])('that is %s', (_, text) => {
    expect(readTufRepository(text, repositoryOf('').root, NAME)).toEqual({
      fault: 'not a tar.gz in base64 of at most 8388608 bytes unpacked; or name a file in a TrustedRoot',
    })
  })
})

describe('a tar archive', () => {
  const content = Buffer.from('x'.repeat(600))
  const long = `${'d/'.repeat(60)}f`
  test.each([
    ['plain', [{ path: './a/b', content }], 'a/b'],
    [
      'a long name as GNU has it',
      [
        { path: 'L', content: Buffer.from(`${long}\0`), type: 'L' },
        { path: 'd', content },
      ],
      long,
    ],
    [
      'a long name as pax has it',
      [
        { path: 'x', content: Buffer.from(`130 path=${long}\n`), type: 'x' },
        { path: 'd', content },
      ],
      long,
    ],
    [
      'after what is no file',
      [
        { path: 'g', content, type: 'g' },
        { path: 'l', content, type: '2' },
        { path: 'b', content },
      ],
      'b',
    ],
  ])('%s', (_, entries, path) => {
    expect(readTar(tar(entries))).toEqual(new Map([[path, content]]))
  })

  test('a name in two parts', () => {
    const archive = tar([{ path: 'name', content }])
    archive.write('folder', 345)
    expect(readTar(archive)).toEqual(new Map([['folder/name', content]]))
  })

  test.each([
    ['a size past its end', (archive: Buffer) => archive.write('77777777777', 124)],
    ['a size that is no number', (archive: Buffer) => archive.write('0000000000x', 124)],
  ])('%s', (_, spoil) => {
    const archive = tar([{ path: 'a', content }])
    spoil(archive)
    expect(readTar(archive)).toBeUndefined()
  })
})
