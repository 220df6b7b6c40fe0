import { currentness } from '../core/bases/base-facts.ts'
import { materialChange } from '../core/bases/material.ts'
import type { Material, Replaced } from '../core/bases/standing.ts'
import type { Digest } from '../core/image.ts'
import type { Judged } from '../core/plan.ts'
import type { ImageRecord } from '../core/status.ts'
import type { BaseSource } from './base-source.ts'
import { followTags } from './find-chains.ts'
import { readPackages } from './packages-of.ts'

type Place = Pick<ImageRecord, 'host' | 'name' | 'digest' | 'seenTags'>

/** A verdict on a base, with whether one of its tags points at another one by now, and which packages differ between the two. */
export async function withReplaced(source: BaseSource, image: Place, judged: Judged): Promise<Judged> {
  if (judged.kind !== 'verdict' || judged.standing === undefined) return judged
  const { standing } = judged
  const { replaced } = currentness({ tags: await followTags(source, { ...image, standing }) })
  if (replaced === undefined) return judged
  const material = await materialOf(source, image, standing.packages, replaced)
  return { ...judged, standing: { ...standing, replaced: { ...replaced, ...(material && { material }) } } }
}

async function materialOf(
  { store, evidence }: BaseSource,
  { host, name }: Place,
  packages: Digest | undefined,
  { by }: Replaced,
): Promise<Material | undefined> {
  const other = by && (await store.image({ host, name, digest: by }))?.standing?.packages
  if (packages === undefined || other === undefined) return undefined
  const [from, to] = await Promise.all([readPackages(evidence, packages), readPackages(evidence, other)])
  return from && to && materialChange(from, to)
}
