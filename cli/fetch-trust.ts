import { KMSClient } from '@aws-sdk/client-kms'
import { kmsKeysOf } from '../lambda/core/policy/authorities.ts'
import type { PolicySet } from '../lambda/core/policy/policy.ts'
import { Unavailable } from '../lambda/errors.ts'
import { refreshTrust } from '../lambda/refresh-trust.ts'
import { type Fetched, readFetched } from '../lambda/trust/fetched.ts'
import { kmsKeys } from '../lambda/trust/kms.ts'

/**
 * What the trust function fetches for an installation, fetched for one verification: roots of TUF mirrors, and keys of AWS KMS
 * with the caller's credentials. Nothing is kept. Throws Unavailable naming all that could not be fetched.
 */
export async function fetchTrust(policies: PolicySet): Promise<Fetched> {
  const named = { mirrors: policies.mirrors, keyArns: kmsKeysOf(policies.policies) }
  const items = new Map<string, Readonly<Record<string, unknown>>>()
  const store = {
    system: async (key: string) => items.get(key),
    putSystem: async (key: string, value: Readonly<Record<string, unknown>>) => void items.set(key, value),
  }
  const failures: string[] = []
  const log = (_: string, { name, failure }: Readonly<Record<string, unknown>> = {}) => {
    if (typeof failure === 'string') failures.push(`${String(name)}: ${failure}`)
  }
  const publicKeyOf = kmsKeys((region) => new KMSClient({ region }))
  await refreshTrust({ now: () => new Date(), log, policies, store, publicKeyOf })
  if (failures.length > 0) throw new Unavailable('trust', failures.join('; '))
  return readFetched(store, named)
}
