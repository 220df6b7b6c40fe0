import { hash } from 'node:crypto'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import seeds from '@sigstore/tuf/seeds.json' with { type: 'json' }
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { anchorOf, readFetched, readKeptRoot } from '../../lambda/trust/fetched.ts'
import { refreshRoot } from '../../lambda/trust/refresh-root.ts'
import { temporaryFolder } from '../local/temporary-folder.ts'
import { memoryStore } from '../memory/store.ts'
import { FIRST, mirrored, NEW, OLD, SECOND } from './mirrored.ts'
import {
  keyId,
  keyJson,
  newKey,
  type Repository,
  ROLES,
  type Role,
  rolesOf,
  startRepository,
} from './tuf-repository.ts'

describe('a mirror that behaves', () => {
  it('gives its root, and the metadata of every role is kept with it', async () => {
    const { kept, mirror, repository } = await mirrored()
    expect(await kept()).toEqual({
      anchor: anchorOf(mirror),
      since: FIRST,
      root: JSON.stringify(OLD),
      fetchedAt: FIRST,
      metadata: {
        root: Buffer.from(mirror.root, 'base64').toString(),
        timestamp: String(repository.files.get('/timestamp.json')),
        snapshot: String(repository.files.get('/1.snapshot.json')),
        targets: String(repository.files.get('/1.targets.json')),
      },
    })
  })

  it('is asked for no more than what may have changed', async () => {
    const { repository, refresh, kept } = await mirrored()
    repository.asked.length = 0
    expect(await refresh(SECOND)).toEqual({ name: 'staging', confirmedAt: SECOND })
    expect(repository.asked.slice(0, 2)).toEqual(['/2.root.json', '/timestamp.json'])
    expect(repository.asked.filter((path) => path.includes('snapshot') || path.endsWith('targets.json'))).toEqual([])
    expect(await kept()).toMatchObject({ since: FIRST, fetchedAt: SECOND })
  })

  it('may publish another root', async () => {
    const { repository, refresh, fetched } = await mirrored()
    repository.publish(JSON.stringify(NEW))
    expect(await refresh(SECOND)).toEqual({ name: 'staging', confirmedAt: SECOND })
    expect(await fetched()).toEqual({ staging: NEW })
  })

  it.each<Role>([...ROLES])('may change its %s key, once and again', async (role) => {
    const { repository, refresh, fetched, kept } = await mirrored()
    for (let time = 0; time < 2; time++) {
      const { root } = repository.keys
      repository.keys[role] = newKey()
      repository.putRoot(undefined, [...new Set([root, repository.keys.root])])
    }
    repository.publish(JSON.stringify(NEW))
    expect(await refresh(SECOND)).toEqual({ name: 'staging', confirmedAt: SECOND })
    expect(await fetched()).toEqual({ staging: NEW })
    expect((await kept())?.metadata.root).toBe(String(repository.files.get('/3.root.json')))
  })

  it('may vouch for its root by sha512 alone', async () => {
    const { repository, refresh, fetched } = await mirrored()
    const content = JSON.stringify(NEW)
    const sha512 = hash('sha512', content)
    repository.files.set(`/targets/${sha512}.trusted_root.json`, Buffer.from(content))
    repository.publish(content, {
      targets: ({ targets }) => {
        const [target] = Object.values(targets as Record<string, { hashes: object }>)
        target!.hashes = { sha512 }
      },
    })
    expect(await refresh(SECOND)).toEqual({ name: 'staging', confirmedAt: SECOND })
    expect(await fetched()).toEqual({ staging: NEW })
  })

  it('starts anew where policies give it another initial root, URL or target', async () => {
    const { store, mirror } = await mirrored()
    for (const other of [{ root: 'AA==' }, { url: `${mirror.url}/other` }, { target: 'other.json' }]) {
      expect(await readKeptRoot(store, { ...mirror, ...other })).toBeUndefined()
    }
  })
})

describe('names in a mirror are no names of files (CVE-2026-24137)', () => {
  /** All that a refresh could write to, three folders deep. */
  function sandbox(): string {
    const folder = temporaryFolder()
    const inner = join(folder, 'a', 'b', 'tmp')
    mkdirSync(inner, { recursive: true })
    vi.stubEnv('TMPDIR', inner)
    onTestFinished(() => void vi.unstubAllEnvs())
    return folder
  }

  it.each([
    '../../evil.json',
    '/../../../evil.json',
    'a/../../evil.json',
    '..%2f..%2fevil.json',
    'timestamp.json',
    'root.json',
  ])('of a target: %s', async (target) => {
    const folder = sandbox()
    const { kept, refresh } = await mirrored(target)
    expect(await refresh(SECOND)).toEqual({ name: 'staging', confirmedAt: SECOND })
    expect((await kept())?.root).toBe(JSON.stringify(OLD))
    expect(readdirSync(folder, { recursive: true })).toEqual(['a', 'a/b', 'a/b/tmp'])
  })

  it.each(['../../evil', '/evil', 'a/../../../evil', '..'])('of a delegated role: %s', async (name) => {
    const folder = sandbox()
    const { repository, refresh, fetched } = await mirrored()
    const key = newKey()
    const role = { name, keyids: [keyId(key)], threshold: 1, terminating: false, paths: ['*'] }
    const signed = (targets: unknown) => ({
      _type: 'targets',
      spec_version: '1.0.31',
      version: 1,
      expires: '2099-01-01T00:00:00Z',
      targets,
    })
    let moved: unknown
    repository.publish(JSON.stringify(NEW), {
      targets: (top) => {
        moved = top.targets
        Object.assign(top, { targets: {}, delegations: { keys: { [keyId(key)]: keyJson(key) }, roles: [role] } })
      },
      snapshot: (snapshot) => void Object.assign(snapshot.meta as object, { [`${name}.json`]: { version: 1 } }),
    })
    repository.put(`/1.${encodeURIComponent(name)}.json`, 'targets', signed(moved), [key])
    expect(await refresh(SECOND)).toEqual({ name: 'staging', confirmedAt: SECOND })
    expect(await fetched()).toEqual({ staging: NEW })
    expect(readdirSync(folder, { recursive: true })).toEqual(['a', 'a/b', 'a/b/tmp'])
  })
})

describe('before a first root is there', () => {
  it('begins with the root.json of public-good Sigstore, and asks for the next one', async () => {
    const url = 'https://tuf-repo-cdn.sigstore.dev'
    const asked: string[] = []
    const fetch = async (to: unknown) => {
      asked.push(String(to))
      throw new TypeError('fetch failed')
    }
    const mirror = { name: 'public', url, root: seeds[url]['root.json'], target: 'trusted_root.json' }
    expect(await refreshRoot(memoryStore(), mirror, FIRST, { fetch })).toMatchObject({
      failure: expect.stringMatching(/fetch failed/),
    })
    expect(asked).toEqual([expect.stringMatching(/^https:\/\/tuf-repo-cdn\.sigstore\.dev\/\d+\.root\.json$/)])
  })

  it('keeps since when it has been waited for, and gives none', async () => {
    const repository = await startRepository()
    onTestFinished(() => repository.close())
    const store = memoryStore()
    const { mirror } = repository
    for (const now of [FIRST, SECOND]) {
      expect(await refreshRoot(store, mirror, now)).toMatchObject({
        confirmedAt: FIRST,
        failure: expect.stringMatching(/404/),
      })
    }
    expect(await readFetched(store, { mirrors: [mirror], keyArns: [] })).toEqual({ roots: {}, keys: {} })
  })

  it.each([
    ['http://mirror.example.com', /over https, or over http from a loopback address/],
    ['http://127.0.0.1.example.com', /over https, or over http from a loopback address/],
    ['http://localhost.example.com:8080', /over https, or over http from a loopback address/],
    ['ftp://127.0.0.1', /over https/],
    ['https://user:secret@mirror.example.com', /without credentials/],
    ['mirror', /Invalid URL/],
  ])('asks nothing of %s', async (url, failure) => {
    const { mirror } = await mirrored()
    const fetch = () => expect.unreachable()
    const refreshed = await refreshRoot(memoryStore(), { ...mirror, url }, FIRST, { fetch })
    expect(refreshed.failure).toMatch(failure)
  })

  it.each([
    ['is not JSON', () => 'AAAA'],
    ['is no root', (repository: Repository) => base64(repository.files.get('/timestamp.json'))],
    [
      'has a threshold of 0',
      (repository: Repository) => rootThat(repository, (roles) => void Object.assign(roles.root, { threshold: 0 })),
    ],
    ['is not signed by itself', (repository: Repository) => rootThat(repository, () => {}, true)],
  ])('trusts no initial root that %s', async (_, root) => {
    const { repository, mirror } = await mirrored()
    const refreshed = await refreshRoot(memoryStore(), { ...mirror, root: root(repository) }, FIRST)
    expect(refreshed.failure).toEqual(expect.any(String))
    expect(repository.asked.at(-1)).toMatch(/^\/targets\//)
  })
})

function base64(file: unknown): string {
  return (file as Buffer).toString('base64')
}

function rootThat(repository: Repository, change: (roles: ReturnType<typeof rolesOf>) => void, foreign = false) {
  const by = foreign ? [newKey()] : [repository.keys.root]
  expect(keyId(by[0]!) === keyId(repository.keys.root)).toBe(!foreign)
  return base64(repository.putRoot((signed) => change(rolesOf(signed)), by))
}
