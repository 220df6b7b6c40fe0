import { canonicalJson } from '../core/canonical.ts'
import { formatImage } from '../core/image.ts'
import type { ImageRecord } from '../core/status.ts'
import type { StatusStore } from '../ports.ts'

/**
 * Whether a base that an image was judged by has become another while that was done: those that stand on it may have been told before it was
 * noted as one of them. `seen`: the items of bases as they were looked at.
 */
export async function hasMoved(
  store: Pick<StatusStore, 'image'>,
  { base }: Pick<ImageRecord, 'base'>,
  seen: Iterable<ImageRecord>,
): Promise<boolean> {
  const used = new Set((base?.platforms ?? []).map(({ image, digest }) => `${image}@${digest}`))
  const bases = [...seen].filter(({ host, name, digest }) => used.has(formatImage({ host, name, digest })))
  const now = await Promise.all(bases.map((one) => store.image(one)))
  return bases.some((one, index) => canonicalJson(one.standing) !== canonicalJson(now[index]?.standing))
}
