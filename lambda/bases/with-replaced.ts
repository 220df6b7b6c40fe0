import { currentness } from '../core/bases/base-facts.ts'
import { materialChange } from '../core/bases/material.ts'
import type { JudgedStanding, Material, PackageLists, Replaced } from '../core/bases/standing.ts'
import type { Judged } from '../core/plan.ts'
import type { ImageRecord } from '../core/status.ts'
import type { BaseSource } from './base-source.ts'
import { followTags } from './find-chains.ts'
import { readPackages } from './packages-of.ts'

type Place = Pick<ImageRecord, 'host' | 'name' | 'digest' | 'seenTags'>
/** `standing`: what it was to those that stand on it when it was judged before. */
type Base = Place & Partial<Pick<ImageRecord, 'standing'>>

/** A verdict on a base, with whether one of its tags points at another one by now, and which packages differ between the two. */
export async function withReplaced(source: BaseSource, image: Base, judged: Judged): Promise<Judged> {
  if (judged.kind !== 'verdict' || judged.standing === undefined) return judged
  const { standing } = judged
  const known = image.standing?.replaced
  const followed = { ...image, standing: { ...standing, ...(known && { replaced: known }) } }
  const { replaced } = currentness({ tags: await followTags(source, followed) })
  if (replaced === undefined) return judged
  const material = await materialOf(source, image, standing, replaced)
  return { ...judged, standing: { ...standing, replaced: { ...replaced, ...(material && { material }) } } }
}

async function materialOf(
  { store, evidence }: BaseSource,
  { host, name }: Place,
  { packages, chains }: JudgedStanding,
  { by }: Replaced,
): Promise<Material | undefined> {
  const other = by && (await store.image({ host, name, digest: by }))?.standing?.packages
  if (packages === undefined || other === undefined) return undefined
  const [from, to] = await Promise.all([readPackages(evidence, packages), readPackages(evidence, other)])
  return from && to && isWhole(from, chains) ? materialChange(from, to) : undefined
}

/** What is not attested of every platform may have changed on one of the others. */
function isWhole(lists: PackageLists, chains: JudgedStanding['chains']): boolean {
  const told = lists.map(({ platform }) => platform)
  return told.includes(undefined) || chains.every(({ platform }) => told.includes(platform))
}
