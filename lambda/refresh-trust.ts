import { kmsKeysOf } from './core/policy/authorities.ts'
import { type Fetched, readFetched, readVersion, type TrustStore, VERSION_KEY, versionOf } from './trust/fetched.ts'
import type { PublicKeyOf } from './trust/kms.ts'
import { refreshKey } from './trust/refresh-key.ts'
import { refreshRoot } from './trust/refresh-root.ts'
import type { Refreshed } from './trust/refreshed.ts'
import type { TufOptions } from './trust/tuf-client.ts'
import type { Known } from './world.ts'

/** What refreshing reaches: the table, mirrors and AWS KMS; no registry, no queue, nobody to tell. */
export type Refresher = Pick<Known, 'now' | 'log' | 'policies'> & {
  readonly store: TrustStore
  readonly publicKeyOf: PublicKeyOf
  readonly tuf?: TufOptions
}

/** How many roots and keys policies name, how many could not be refreshed, and the age of the oldest, in seconds. */
export type RefreshedTrust = { readonly named: number; readonly failed: number; readonly age: number }

/**
 * Refreshes every root and key that policies name, each for itself: one that fails keeps what it had, and is logged with its age.
 * Functions at work notice by the version, which changes only if something they judge by has.
 */
export async function refreshTrust(world: Refresher): Promise<RefreshedTrust> {
  const { store, policies, publicKeyOf, tuf } = world
  const now = world.now().toISOString()
  const named = { mirrors: policies.mirrors, keyArns: kmsKeysOf(policies.policies) }
  const all = await Promise.all([
    ...named.mirrors.map((mirror) => refreshRoot(store, mirror, now, tuf)),
    ...named.keyArns.map((arn) => refreshKey(store, arn, now, publicKeyOf)),
  ])
  await announce(world, await readFetched(store, named), now)
  const age = ({ confirmedAt }: Refreshed) => Math.floor((Date.parse(now) - Date.parse(confirmedAt)) / 1000)
  const failed = all.filter(({ failure }) => failure !== undefined)
  for (const one of failed) world.log('trust not refreshed; what was fetched before stays', { ...one, age: age(one) })
  return { named: all.length, failed: failed.length, age: Math.max(0, ...all.map(age)) }
}

/** The version is written last: whoever reads it finds at least all that it stands for. */
async function announce({ store, log }: Refresher, fetched: Fetched, now: string): Promise<void> {
  const version = versionOf(fetched)
  if ((await readVersion(store)) === version) return
  await store.putSystem(VERSION_KEY, { version, at: now })
  log('trust has changed', { version, roots: Object.keys(fetched.roots), keys: Object.keys(fetched.keys) })
}
