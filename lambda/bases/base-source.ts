import type { AwaitedBase } from '../core/bases/base-evidence.ts'
import type { ImageId } from '../core/image.ts'
import { coveringGlob } from '../core/policy/match.ts'
import type { BaseImage, PolicySet } from '../core/policy/policy.ts'
import { matchesText } from '../core/policy/text-match.ts'
import type { ImageRecord } from '../core/status.ts'
import type { BaseCatalogue, Clock, EvidenceStore, StatusStore } from '../ports.ts'
import type { LayerFiles } from './layer-files.ts'

/** Where what is known of bases is looked up, and what counts as one. */
export type BaseSource = {
  readonly now: Clock
  readonly policies: PolicySet
  readonly store: Pick<StatusStore, 'image' | 'tag' | 'tagsOf'>
  readonly catalogue: Pick<BaseCatalogue, 'at'>
  readonly evidence: EvidenceStore
  readonly files: LayerFiles
  /** Whether a registry may be read at all. */
  readonly isReachable: (host: string) => boolean
  /** Why there may be bases that nobody has looked at yet. */
  readonly awaited: () => Promise<readonly AwaitedBase[]>
  /** The item of a base as it is by the policies of now; judged anew where it is by others. `tag`: one by which it is claimed. */
  readonly upToDate: (base: ImageId, tag?: string) => Promise<BaseRecord | undefined>
}

/** `unjudged`: by the policies of now nobody could tell what it is, so that nobody vouches for it; whatever it was by others. */
export type BaseRecord = ImageRecord & { readonly unjudged?: true }

/** The BaseImages that cover an image, by name. */
export function coveredBy({ bases }: PolicySet, image: Pick<ImageId, 'host' | 'name'>): readonly BaseImage[] {
  return bases.filter(({ images }) => coveringGlob({ kind: 'BaseImage', images }, image) !== undefined)
}

/** Whether a tag tells whether a base is current: where several BaseImages vouch for it, to any of them. */
export function tellsCurrency(bases: readonly BaseImage[], tag: string): boolean {
  return bases.some(({ tags }) => tags.length === 0 || tags.some((want) => matchesText(want, tag)))
}
