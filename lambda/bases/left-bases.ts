import type { BaseStanding } from '../core/bases/standing.ts'
import type { Digest } from '../core/image.ts'
import type { Watched } from '../core/policy/policy.ts'
import type { Known } from '../world.ts'

/** Of what a tag has pointed at, so many are looked at for having been a base. */
const MOST = 5

/**
 * Bases that a tag has pointed at, and that do not know yet what took their place. Told by what is written of the tag, not by what an event
 * changed: one that was handled in part is handled again.
 */
export async function leftBases(
  { store, policies }: Pick<Known, 'store' | 'policies'>,
  { host, name, tag }: Watched,
): Promise<readonly Digest[]> {
  if (policies.bases.length === 0) return []
  const { digest: now, left = [] } = (await store.tag(host, name, tag)) ?? {}
  if (now === undefined) return []
  const digests = [...new Set(left.map(({ digest }) => digest))].filter((digest) => digest !== now)
  const records = await Promise.all(digests.slice(0, MOST).map((digest) => store.image({ host, name, digest })))
  return records.flatMap((record) =>
    record?.standing !== undefined && !knows(record.standing, now) ? record.digest : [],
  )
}

function knows({ replaced }: BaseStanding, now: Digest): boolean {
  return replaced?.by === now && (replaced.alike === true || replaced.material !== undefined)
}
