import type { FullTagger, SelfTestResult, StatusStore, Tagger } from '../ports.ts'

/** The item that says what the self-test of a registry has found. */
export function selfTestKey(host: string): string {
  return `self-test#${host}`
}

/** How tags are taken in a registry: removed by tag and digest, or overwritten by a tombstone. */
export type Means =
  | { readonly kind: 'remove'; readonly tagger: FullTagger }
  | { readonly kind: 'overwrite'; readonly tagger: Tagger }

/** What may be used in a registry; undefined: nothing is taken in it. */
export async function meansOf(
  store: Pick<StatusStore, 'system'>,
  host: string,
  tagger: Tagger | FullTagger | undefined,
): Promise<Means | undefined> {
  if (tagger === undefined) return undefined
  // Without a self-test to make: there is such a tagger only where a person asked for overwriting
  if (!canRemove(tagger)) return { kind: 'overwrite', tagger }
  const kind = await provenMeans(store, host)
  if (kind === 'remove') return { kind, tagger }
  return kind === 'overwrite' ? { kind, tagger } : undefined
}

export function canRemove(tagger: Tagger | FullTagger): tagger is FullTagger {
  return 'remove' in tagger
}

/** The means that the self-test of a registry has found; undefined where it was never made. */
export async function provenMeans(
  store: Pick<StatusStore, 'system'>,
  host: string,
): Promise<SelfTestResult['means'] | undefined> {
  return (await lastSelfTest(store, host))?.means
}

/** What the self-test of a registry found, and when. */
export async function lastSelfTest(
  store: Pick<StatusStore, 'system'>,
  host: string,
): Promise<(SelfTestResult & { readonly at?: string }) | undefined> {
  // Ours: only the self-test writes this item
  return (await store.system(selfTestKey(host))) as (SelfTestResult & { readonly at?: string }) | undefined
}
