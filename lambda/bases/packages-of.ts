import * as z from 'zod'
import type { ImageFacts } from '../core/attested/image-facts.ts'
import type { BaseEvidence } from '../core/bases/base-evidence.ts'
import { chooseBase } from '../core/bases/base-facts.ts'
import { materialChange } from '../core/bases/material.ts'
import type { Material, PackageLists } from '../core/bases/standing.ts'
import type { Digest } from '../core/image.ts'
import type { EvidenceStore } from '../ports.ts'

const text = z.string().optional()
const lists = z.array(
  z.object({
    platform: text,
    count: z.number(),
    packages: z.array(z.object({ name: z.string(), version: text, purl: text })),
  }),
)

/** The packages of a base as they were written down when it was judged; undefined where they are no longer kept. */
export async function readPackages(evidence: EvidenceStore, digest: Digest): Promise<PackageLists | undefined> {
  const bytes = await evidence.get(digest)
  return bytes && (lists.parse(JSON.parse(Buffer.from(bytes).toString())) as PackageLists)
}

/** The packages that attested SBOMs list. */
export function packagesOf({ contents }: ImageFacts): PackageLists {
  return contents.map(({ platform, count, packages }) => ({
    ...(platform !== undefined && { platform }),
    count,
    packages,
  }))
}

/** What an image adds to the base it stands on, by the attested SBOMs of both. */
export async function overBase(
  evidence: EvidenceStore,
  { platforms }: BaseEvidence,
  facts: ImageFacts,
): Promise<Material | undefined> {
  const packages = platforms.map((one) => chooseBase(one)?.base.packages).find((one) => one !== undefined)
  const from = packages && (await readPackages(evidence, packages))
  return from && materialChange(from, packagesOf(facts))
}
