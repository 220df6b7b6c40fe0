import { hash } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import { refreshRoot } from '../../lambda/trust/refresh-root.ts'
import { memoryStore } from '../memory/store.ts'
import { FIRST, LATER, mirrored, NEW, OLD, SECOND } from './mirrored.ts'
import { newKey, type Repository, type Role, rolesOf, type Signed, startRepository } from './tuf-repository.ts'

const EXPIRED = '2020-01-01T00:00:00Z'

type Attack = (repository: Repository) => void
type Change = (signed: Signed) => void
const saying =
  (fields: object): Change =>
  (signed) =>
    void Object.assign(signed, fields)
const publishWith =
  (role: Role, change: Change): Attack =>
  (repository) =>
    repository.publish(JSON.stringify(NEW), { [role]: change })
const targetWith = (fields: object) =>
  publishWith('targets', ({ targets }) =>
    Object.assign((targets as Record<string, object>)['trusted_root.json']!, fields),
  )
const rootWith = (change: (signed: Signed) => void): Attack => {
  return (repository) => {
    repository.putRoot(change)
    repository.publish(JSON.stringify(NEW))
  }
}
const serving =
  (content: string): Attack =>
  (repository) =>
    repository.publish(content)
const metaOf = (signed: Signed) => Object.values(signed.meta as object)[0] as { version: number; length?: number }
const sized = (bytes: number) => JSON.stringify({ ...NEW, padding: 'x'.repeat(bytes) })

/** The files of version 1 are put in the place of what version 2 says. */
const rolledBack =
  (role: 'timestamp' | 'snapshot' | 'targets'): Attack =>
  (repository) => {
    if (role === 'timestamp') return
    const older = role === 'snapshot' ? 'timestamp' : 'snapshot'
    repository.publish(JSON.stringify(NEW), {
      [older]: (signed: Signed) => void Object.assign(metaOf(signed), first(role)),
    })
    function first(of: Role) {
      const file = repository.files.get(`/1.${of}.json`) as Buffer
      return { version: 1, length: file.length, hashes: { sha256: hash('sha256', file) } }
    }
  }

const ATTACKS: readonly (readonly [string, Attack, RegExp])[] = [
  ['snapshot rolled back', rolledBack('snapshot'), /snapshot version 1 is less than current version 2/],
  ['targets rolled back', rolledBack('targets'), /version 1 of targets.json is less than current version 2/],
  ['expired root', rootWith(saying({ expires: EXPIRED })), /root.json is expired/],
  ...(['timestamp', 'snapshot', 'targets'] as const).map(
    (role) =>
      [
        `expired ${role}`,
        publishWith(role, saying({ expires: EXPIRED })),
        new RegExp(`${role}.json is expired`),
      ] as const,
  ),
  [
    'root of a stranger',
    (repository) => {
      repository.keys.root = newKey()
      repository.putRoot()
    },
    /root was signed by 0\/1 keys/,
  ],
  [
    'root signed by the keys before only',
    (repository) => {
      const before = repository.keys.root
      repository.keys.root = newKey()
      repository.putRoot(undefined, [before])
    },
    /root was signed by 0\/1 keys/,
  ],
  ['root that leaves a version out', rootWith(saying({ version: 9 })), /Expected version 3, got 9/],
  ...(['timestamp', 'snapshot', 'targets'] as const).map(
    (role) =>
      [
        `${role} of a stranger`,
        (repository: Repository) => {
          repository.keys[role] = newKey()
          repository.publish(JSON.stringify(NEW))
        },
        new RegExp(`${role} was signed by 0/1 keys`),
      ] as const,
  ),
  [
    'threshold 0 (CVE-2026-23992)',
    rootWith((signed) => void Object.assign(rolesOf(signed).timestamp, { threshold: 0 })),
    /at least 1/,
  ],
  [
    'one key counted twice',
    rootWith((signed) => {
      const { timestamp } = rolesOf(signed)
      Object.assign(timestamp, { keyids: [...timestamp.keyids, ...timestamp.keyids], threshold: 2 })
    }),
    /duplicate key IDs/,
  ],
  [
    'two keys wanted, one used',
    rootWith((signed) => void Object.assign(rolesOf(signed).timestamp, { threshold: 2 })),
    /timestamp was signed by 1\/2 keys/,
  ],
  ['metadata of another kind', publishWith('timestamp', saying({ _type: 'snapshot' })), /Expected|got/],
  [
    'malformed metadata (CVE-2026-23991)',
    (repository) => void repository.files.set('/timestamp.json', Buffer.from('[')),
    /JSON/,
  ],
  ['an error where the next root would be', failing('/2.root.json'), /answered with 500/],
  ['an error where the timestamp should be', failing('/timestamp.json'), /answered with 500/],
  ['no timestamp', (repository) => void repository.files.delete('/timestamp.json'), /answered with 404/],
  ['target with another hash', targetWith({ hashes: { sha256: '0'.repeat(64) } }), /answered with 404/],
  [
    'target with other bytes',
    (repository) => {
      repository.publish(JSON.stringify(NEW))
      for (const path of repository.files.keys()) {
        if (path.startsWith('/targets/')) repository.files.set(path, Buffer.from(JSON.stringify(NEW).replace('{', '[')))
      }
    },
    /Expected hash \w+ but got/,
  ],
  ['target with no hash', targetWith({ hashes: {} }), /neither a sha256 nor a sha512/],
  ['target with a weak hash only', targetWith({ hashes: { md5: '0'.repeat(32) } }), /neither a sha256 nor a sha512/],
  ['target of another length', targetWith({ length: 5 }), /more than the 5 bytes/],
  ['no such target', publishWith('targets', saying({ targets: {} })), /no target "trusted_root.json"/],
  ['target too long', serving(sized(200_000)), /more than the 128000 bytes/],
  [
    'snapshot said to be long',
    (repository) => {
      repository.publish(JSON.stringify(NEW), {
        snapshot: saying({ padding: 'x'.repeat(200_000) }),
        timestamp: (signed) => void Object.assign(metaOf(signed), { length: 1e12 }),
      })
    },
    /more than the 128000 bytes/,
  ],
  [
    'timestamp without end',
    (repository) => {
      repository.files.set('/timestamp.json', (response) => {
        const more = () => void (response.writable && response.write('x'.repeat(10_000), more))
        more()
      })
    },
    /more than the 16000 bytes/,
  ],
  [
    'more than one item can hold',
    (repository) => {
      repository.putRoot(saying({ padding: 'x'.repeat(110_000) }))
      repository.publish(sized(100_000), { targets: saying({ padding: 'x'.repeat(110_000) }) })
    },
    /at most 300000 are kept/,
  ],
  ['something that is not JSON', serving('root'), /may not be trusted: .*JSON/],
  [
    'a root of another kind',
    serving('{"mediaType":"text/plain"}'),
    /may not be trusted: trusted root "staging": mediaType/,
  ],
  [
    'a root with a log key without start',
    serving(
      JSON.stringify({ ...NEW, tlogs: [{ ...NEW.tlogs[0], publicKey: { ...NEW.tlogs[0]!.publicKey, validFor: {} } }] }),
    ),
    /tlogs\[0\] has no publicKey.validFor.start/,
  ],
]

function failing(path: string): Attack {
  return (repository) => void repository.files.set(path, (response) => void response.writeHead(500).end())
}

describe('keeps the root it has, and says why, on', () => {
  it.each(ATTACKS)('%s', async (_, attack, failure) => {
    const { repository, refresh, fetched } = await mirrored()
    repository.publish(JSON.stringify(OLD))
    await refresh(SECOND)
    repository.putRoot()
    attack(repository)
    expect(await refresh(LATER)).toEqual({
      name: 'staging',
      confirmedAt: SECOND,
      failure: expect.stringMatching(failure),
    })
    expect(await fetched()).toEqual({ staging: OLD })
  })

  it('a timestamp rolled back, which without the kept metadata nobody would notice', async () => {
    const { repository, mirror, refresh, fetched } = await mirrored()
    const before = new Map(repository.files)
    repository.publish(JSON.stringify(NEW))
    await refresh(SECOND)
    for (const [path, file] of before) repository.files.set(path, file)
    const { failure } = await refresh(LATER)
    expect(failure).toMatch(/New timestamp version 1 is less than current version 2/)
    expect(await fetched()).toEqual({ staging: NEW })
    expect(await refreshRoot(memoryStore(), mirror, LATER)).toEqual({ name: 'staging', confirmedAt: LATER })
  })

  it('a mirror that goes back behind what it showed when it was refused', async () => {
    const { repository, refresh, fetched } = await mirrored()
    const before = new Map(repository.files)
    repository.publish(JSON.stringify(NEW), { targets: saying({ targets: {} }) })
    expect((await refresh(SECOND)).failure).toMatch(/no target/)
    for (const [path, file] of before) repository.files.set(path, file)
    expect((await refresh(LATER)).failure).toMatch(/New timestamp version 1 is less than current version 2/)
    expect(await fetched()).toEqual({ staging: OLD })
  })

  it('a mirror that cannot be reached, however often, and takes the next root once it is back', async () => {
    const { repository, refresh, fetched } = await mirrored()
    repository.publish(JSON.stringify(NEW))
    const fetch = () => Promise.reject(new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') }))
    for (const now of [SECOND, LATER]) {
      const { confirmedAt, failure } = await refresh(now, { fetch })
      expect([confirmedAt, failure]).toEqual([FIRST, expect.stringMatching(/mirror "staging".*ECONNREFUSED/)])
    }
    expect(await fetched()).toEqual({ staging: OLD })
    expect(await refresh(LATER)).toEqual({ name: 'staging', confirmedAt: LATER })
    expect(await fetched()).toEqual({ staging: NEW })
  })

  it('a mirror that never ends its answer', async () => {
    const { repository, refresh, fetched } = await mirrored()
    const late = new AbortController()
    repository.files.set('/timestamp.json', (response) => {
      response.write('{')
      late.abort(new Error('out of time'))
    })
    const { failure } = await refresh(SECOND, { signal: late.signal })
    expect(failure).toMatch(/out of time/)
    expect(await fetched()).toEqual({ staging: OLD })
  })

  it('a mirror that sends us elsewhere, where nobody is asked', async () => {
    const { repository, refresh } = await mirrored()
    const elsewhere = await startRepository()
    onTestFinished(() => elsewhere.close())
    elsewhere.publish(JSON.stringify(NEW))
    const location = `${elsewhere.mirror.url}/timestamp.json`
    repository.files.set('/timestamp.json', (response) => void response.writeHead(302, { location }).end())
    expect((await refresh(SECOND)).failure).toMatch(/more than 0 redirects/)
    expect(elsewhere.asked).toEqual([])
  })
})
