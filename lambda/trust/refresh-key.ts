import { parseKmsArn } from '../core/policy/kms-arn.ts'
import { Misconfigured, Unavailable } from '../errors.ts'
import { keyKey, readKeptKey, type TrustStore } from './fetched.ts'
import type { PublicKeyOf } from './kms.ts'
import type { Refreshed } from './refreshed.ts'

/**
 * Asks AWS KMS for a public key and keeps it. A key never changes, so it is asked for once; an alias may be moved to another
 * key, so it is asked for each time, and where that fails the key known so far stays.
 */
export async function refreshKey(
  store: TrustStore,
  arn: string,
  now: string,
  publicKeyOf: PublicKeyOf,
): Promise<Refreshed> {
  const kept = await readKeptKey(store, arn)
  if (kept?.pem !== undefined && parseKmsArn(arn)?.kind === 'key') return { name: arn, confirmedAt: now }
  const read = await publicKeyOf(arn).then((pem) => ({ pem, fetchedAt: now }), failureOf)
  if ('pem' in read || kept === undefined) {
    await store.putSystem(keyKey(arn), { since: now, ...kept, ...('pem' in read && read) })
  }
  if ('pem' in read) return { name: arn, confirmedAt: now }
  return { name: arn, confirmedAt: kept?.fetchedAt ?? kept?.since ?? now, failure: read.failure }
}

function failureOf(error: unknown): { readonly failure: string } {
  if (error instanceof Misconfigured || error instanceof Unavailable) return { failure: error.message }
  throw error
}
