import type { Mirror } from '../core/policy/policy.ts'
import { anchorOf, type KeptRoot, parseRoot, readKeptRoot, rootKey, type TrustStore } from './fetched.ts'
import type { Refreshed } from './refreshed.ts'
import { readTarget, type TufOptions, type TufResult } from './tuf-client.ts'

/** DynamoDB takes items of 400 kB. */
const MAX_ITEM_BYTES = 300_000

/**
 * Asks a mirror for its root and keeps it. Where that fails (offline, expired, hostile, a root that may not be trusted),
 * the root kept before stays, and only the metadata goes on, as far as it was verified.
 */
export async function refreshRoot(
  store: TrustStore,
  mirror: Mirror,
  now: string,
  options: TufOptions = {},
): Promise<Refreshed> {
  const { name } = mirror
  const kept = await readKeptRoot(store, mirror)
  const read = await readTarget(mirror, kept?.metadata, options)
  const before: KeptRoot = kept ?? { anchor: anchorOf(mirror), since: now, metadata: {} }
  const root = usable(name, read)
  const next = {
    ...before,
    metadata: read.metadata,
    ...('text' in root && { root: root.text, fetchedAt: now }),
  }
  const bytes = Buffer.byteLength(JSON.stringify(next))
  if (bytes > MAX_ITEM_BYTES) {
    const failure = `the root and its metadata have ${bytes} bytes; at most ${MAX_ITEM_BYTES} are kept`
    return { name, confirmedAt: before.fetchedAt ?? before.since, failure }
  }
  await store.putSystem(rootKey(name), next)
  return { name, confirmedAt: next.fetchedAt ?? next.since, ...('failure' in root && root) }
}

function usable(name: string, read: TufResult): { readonly text: string } | { readonly failure: string } {
  if ('failure' in read) return { failure: read.failure }
  try {
    parseRoot(name, read.target)
    return { text: read.target }
  } catch (error) {
    return { failure: `what it serves may not be trusted: ${error instanceof Error ? error.message : String(error)}` }
  }
}
