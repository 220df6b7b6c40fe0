import type { Descriptor } from '../core/manifest.ts'
import { formats } from './index.ts'

// What a list calls a referrer when it cannot tell, or when cosign 3.1 wrote the list: only the manifest itself knows
const UNTOLD: readonly unknown[] = [
  undefined,
  '',
  'application/vnd.oci.empty.v1+json',
  'application/vnd.oci.image.config.v1+json',
]

/**
 * Sorts listed referrers by how likely they hold claims. `needed` must all be opened, announced ones first.
 * `spare` are of other kinds by a list that the pusher wrote (the fallback tag): worth a look while there is room.
 * Other kinds by the registry's own list are left alone, since it reads the kind out of the manifest.
 */
export function chooseReferrers(
  api: readonly Descriptor[],
  fallback: readonly Descriptor[],
): { readonly needed: readonly Descriptor[]; readonly spare: readonly Descriptor[] } {
  const all = [...api, ...fallback]
  const needed = distinct([...all.filter(isAnnounced), ...all.filter(isUntold)])
  const spare = distinct(fallback).filter(({ digest }) => needed.every((one) => one.digest !== digest))
  return { needed, spare }
}

/** The format that a list announces by this artifact type. */
export function announcedFormat(artifactType: string | undefined): string | undefined {
  return formats.find(({ announces }) => artifactType !== undefined && announces.test(artifactType))?.name
}

function isAnnounced({ artifactType }: Descriptor): boolean {
  return announcedFormat(artifactType) !== undefined
}

function isUntold({ artifactType }: Descriptor): boolean {
  return UNTOLD.includes(artifactType)
}

function distinct(descriptors: readonly Descriptor[]): Descriptor[] {
  const seen = new Set<string>()
  return descriptors.filter(({ digest }) => !seen.has(digest) && seen.add(digest))
}
