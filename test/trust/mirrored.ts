import { expect, onTestFinished } from 'vitest'
import { readFetched, readKeptRoot } from '../../lambda/trust/fetched.ts'
import { refreshRoot } from '../../lambda/trust/refresh-root.ts'
import type { TufOptions } from '../../lambda/trust/tuf-client.ts'
import { memoryStore } from '../memory/store.ts'
import { newPki, rootOf } from './pki.ts'
import { startRepository } from './tuf-repository.ts'

export const [OLD, NEW] = [rootOf(newPki()), rootOf(newPki())]
export const [FIRST, SECOND, LATER] = [
  '2026-01-01T00:00:00.000Z',
  '2026-01-01T01:00:00.000Z',
  '2026-01-01T02:00:00.000Z',
]

/** A mirror that has served OLD, which is kept. */
export async function mirrored(target?: string) {
  const repository = await startRepository(target)
  onTestFinished(() => repository.close())
  repository.publish(JSON.stringify(OLD))
  const store = memoryStore()
  const { mirror } = repository
  const refresh = (now: string, options?: TufOptions) => refreshRoot(store, mirror, now, options)
  const fetched = async () => (await readFetched(store, { mirrors: [mirror], keyArns: [] })).roots
  expect(await refresh(FIRST)).toEqual({ name: 'staging', confirmedAt: FIRST })
  expect(await fetched()).toEqual({ staging: OLD })
  const kept = () => readKeptRoot(store, mirror)
  return { repository, store, mirror, refresh, fetched, kept }
}
