import * as z from 'zod'
import { type Digest, isDigest, isRepositoryName, isTag } from '../core/image.ts'
import type { Push } from '../core/push.ts'
import type { Source } from './source.ts'

const message = z
  .object({
    assay: z.literal('verify'),
    host: z.string(),
    name: z.string().refine(isRepositoryName),
    digest: z.custom<Digest>(isDigest).optional(),
    tag: z.string().refine(isTag).optional(),
    at: z.string(),
  })
  .refine(({ digest, tag }) => digest !== undefined || tag !== undefined, 'neither a digest nor a tag')

/**
 * Our own requests: to judge an image again, since a deadline has come or something it rests on has changed;
 * and to look at a tag as if it had just been pushed, since nobody told us of it.
 */
export const recheck: Source = {
  name: 'recheck',
  arrives: { by: 'queue' },
  recognises: (payload) => typeof payload === 'object' && payload !== null && 'assay' in payload,
  parse: (payload) => {
    const parsed = message.safeParse(payload)
    if (!parsed.success) return { dropped: `not a request to verify: ${z.prettifyError(parsed.error)}` }
    const { assay: _, ...place } = parsed.data
    const kind = place.tag === undefined ? 'recheck' : 'push'
    return { pushes: [{ id: `recheck ${place.at}`, source: 'recheck', kind, ...place }] }
  },
}

/** The message that `recheck` reads. */
export function recheckMessage(
  { host, name, digest, tag }: Pick<Push, 'host' | 'name' | 'digest' | 'tag'>,
  at: string,
): string {
  return JSON.stringify({ assay: 'verify', host, name, digest, tag, at })
}
