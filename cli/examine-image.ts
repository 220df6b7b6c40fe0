import { formatImage, type ImageId, type ImageRef, parseImage } from '../lambda/core/image.ts'
import type { Judged } from '../lambda/core/plan.ts'
import type { PolicySet } from '../lambda/core/policy/policy.ts'
import { OverLimit, Unavailable } from '../lambda/errors.ts'
import { examine } from '../lambda/examine.ts'
import type { Registry } from '../lambda/ports.ts'
import { trustMaterials } from '../lambda/trust/roots.ts'
import { baseSource } from './base-source.ts'
import { type Decided, decided } from './decided.ts'
import { folderEvidence } from './folder-evidence.ts'
import { hashOnly } from './hash-only.ts'
import { registryFor } from './registry-for.ts'

/** An image as it was asked for, by digest, the verdict on it, and what that comes to. */
export type ExaminedImage = Decided & {
  readonly asked: ImageRef
  readonly id: ImageId
  readonly judged: Extract<Judged, { readonly kind: 'verdict' }>
}

/**
 * Gathers and decides, without any effect, and judges bases where policies ask for one; `evidence`: a folder to keep there what the verdict rests on.
 * Throws Unavailable where there is no such image, OverLimit where it cannot be judged.
 */
export async function examineImage(reference: string, policies: PolicySet, evidence?: string): Promise<ExaminedImage> {
  const asked = parseImage(reference)
  const registryOf = onceEach(registryFor)
  const registry = registryOf(asked.host)
  const digest = asked.digest ?? (asked.tag && (await registry.resolve(asked.name, asked.tag)))
  if (!digest) throw new Unavailable(asked.host, `there is no ${formatImage(asked)}`)
  const id: ImageId = { host: asked.host, name: asked.name, digest }
  const common = { now: () => new Date(), registryOf, policies, trust: trustMaterials(policies.roots) }
  const bases = baseSource(common, id)
  const store = evidence === undefined ? hashOnly : folderEvidence(evidence)
  const examined = await examine({ ...common, evidence: store, ...(bases && { bases }) }, id)
  if (examined === undefined) throw new Unavailable(asked.host, `there is no ${formatImage(id)}`)
  const { judged } = examined
  if (judged.kind === 'error') throw new OverLimit(judged.message)
  return { asked, id, judged, ...decided(judged.verdict, policies, (await bases?.awaited())?.[0]?.why) }
}

/** One client for each registry: it logs in once. */
function onceEach(make: (host: string) => Registry): (host: string) => Registry {
  const made = new Map<string, Registry>()
  return (host) => {
    const known = made.get(host) ?? make(host)
    made.set(host, known)
    return known
  }
}
