import type { Descriptor } from '../core/manifest.ts'
import { formats } from './index.ts'
import { hintRank, type Wanted } from './wanted.ts'

// What a list calls a referrer when it cannot tell, or when cosign 3.1 wrote the list: only the manifest itself knows
const UNTOLD: readonly unknown[] = [
  undefined,
  '',
  'application/vnd.oci.empty.v1+json',
  'application/vnd.oci.image.config.v1+json',
]
const UNTOLD_RANK = 2

/**
 * Sorts listed referrers by how likely they hold what is wanted, in an order that does not depend on the list's.
 * `needed` should all be opened. `spare` are of other kinds by a list that the pusher wrote (the fallback tag):
 * worth a look while there is room. Other kinds by the registry's own list are left alone, since it reads the kind out of the manifest.
 */
export function chooseReferrers(
  api: readonly Descriptor[],
  fallback: readonly Descriptor[],
  wanted: Wanted,
): { readonly needed: readonly Descriptor[]; readonly spare: readonly Descriptor[] } {
  const rankOf = (one: Descriptor) =>
    isAnnounced(one) ? hintRank(one.annotations['dev.sigstore.bundle.predicateType'], wanted) : UNTOLD_RANK
  const likely = [...api, ...fallback].filter((one) => isAnnounced(one) || isUntold(one))
  const needed = distinct(
    likely
      .map((one) => ({ one, rank: rankOf(one) }))
      .sort(byRank)
      .map(({ one }) => one),
  )
  const known = new Set(needed.map(({ digest }) => digest))
  const spare = distinct(fallback).filter(({ digest }) => !known.has(digest))
  return { needed, spare }
}

/** The format that a list announces by this artifact type. */
export function announcedFormat(artifactType: string | undefined): string | undefined {
  return formats.find(({ announces }) => artifactType !== undefined && announces?.test(artifactType))?.name
}

function isAnnounced({ artifactType }: Descriptor): boolean {
  return announcedFormat(artifactType) !== undefined
}

function isUntold({ artifactType }: Descriptor): boolean {
  return UNTOLD.includes(artifactType)
}

type Ranked = { readonly one: Descriptor; readonly rank: number }

function byRank(a: Ranked, b: Ranked): number {
  return a.rank - b.rank || (a.one.digest < b.one.digest ? -1 : 1)
}

function distinct(descriptors: readonly Descriptor[]): Descriptor[] {
  const seen = new Set<string>()
  return descriptors.filter(({ digest }) => !seen.has(digest) && seen.add(digest))
}
