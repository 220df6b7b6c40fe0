import { noteBase } from '../../lambda/bases/note-base.ts'
import type { BaseFacts } from '../../lambda/core/bases/base-facts.ts'
import type { BaseStanding } from '../../lambda/core/bases/standing.ts'
import type { Digest } from '../../lambda/core/image.ts'
import type { ImageRecord } from '../../lambda/core/status.ts'
import type { BaseCatalogue, StatusStore } from '../../lambda/ports.ts'
import { digest, NOW, record } from '../core/records.ts'

/** The facts of an image whose platforms stand on these chains, each the topmost first. */
export function standingOn(...beneath: readonly (readonly Digest[])[]): BaseFacts {
  const known = {
    rung: 'fresh',
    proof: 'layers',
    signature: 'verified',
    intact: 'yes',
    current: 'yes',
    layers: { base: 1, above: 1 },
    message: 'm',
  } as const
  return { ...known, platforms: beneath.map((its, n) => ({ ...known, platform: `linux/${n}`, beneath: its })) }
}

/** What a base is that ends at these chains. */
export function endingAt(...chains: readonly Digest[]): BaseStanding {
  return {
    vouched: ['ours'],
    chains: chains.map((chain, n) => ({ platform: `linux/${n}`, chain, layers: 1 })),
    contents: digest(0),
    existedAt: NOW,
  }
}

/** Writes down an image as judging it does: where it is found by, and then its item. */
export async function know(
  { store, catalogue }: { readonly store: StatusStore; readonly catalogue: BaseCatalogue },
  fields: Partial<ImageRecord>,
): Promise<ImageRecord> {
  const known = record(fields)
  const before = await store.image(known)
  const next = { ...known, version: (before?.version ?? 0) + 1 }
  await noteBase(catalogue, before, next)
  await store.putImage(next, before?.version)
  return next
}
