import { formatImage, type ImageId, type ImageRef, parseImage } from '../lambda/core/image.ts'
import type { Judged } from '../lambda/core/plan.ts'
import type { PolicySet } from '../lambda/core/policy/policy.ts'
import { OverLimit, Unavailable } from '../lambda/errors.ts'
import { examine } from '../lambda/examine.ts'
import { trustMaterials } from '../lambda/trust/roots.ts'
import { folderEvidence } from './folder-evidence.ts'
import { hashOnly } from './hash-only.ts'
import { registryFor } from './registry-for.ts'

/** An image as it was asked for, by digest, and the verdict on it. */
export type ExaminedImage = {
  readonly asked: ImageRef
  readonly id: ImageId
  readonly judged: Extract<Judged, { readonly kind: 'verdict' }>
}

/** The words of the command line for what a verdict comes to. */
export const STATES = { verified: 'verified', rejected: 'failed', unmanaged: 'unmanaged' } as const

/**
 * Gathers and decides, without any effect; `evidence`: a folder to keep there what the verdict rests on.
 * Throws Unavailable where there is no such image, OverLimit where it cannot be judged.
 */
export async function examineImage(reference: string, policies: PolicySet, evidence?: string): Promise<ExaminedImage> {
  const asked = parseImage(reference)
  const registry = registryFor(asked.host)
  const digest = asked.digest ?? (asked.tag && (await registry.resolve(asked.name, asked.tag)))
  if (!digest) throw new Unavailable(asked.host, `there is no ${formatImage(asked)}`)
  const id: ImageId = { host: asked.host, name: asked.name, digest }
  const examiner = {
    now: () => new Date(),
    registryOf: registryFor,
    evidence: evidence === undefined ? hashOnly : folderEvidence(evidence),
    policies,
    trust: trustMaterials(policies.roots),
  }
  const examined = await examine(examiner, id)
  if (examined === undefined) throw new Unavailable(asked.host, `there is no ${formatImage(id)}`)
  const { judged } = examined
  if (judged.kind === 'error') throw new OverLimit(judged.message)
  return { asked, id, judged }
}
