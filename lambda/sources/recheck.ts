import * as z from 'zod'
import { type ImageId, isDigest, isRepositoryName } from '../core/image.ts'
import type { Source } from './source.ts'

const message = z.object({
  assay: z.literal('verify'),
  host: z.string(),
  name: z.string().refine(isRepositoryName),
  digest: z.custom<ImageId['digest']>(isDigest),
  at: z.string(),
})

/** Our own request to judge an image again: a deadline has come, or something it rests on has changed. */
export const recheck: Source = {
  name: 'recheck',
  arrives: { by: 'queue' },
  recognises: (payload) => typeof payload === 'object' && payload !== null && 'assay' in payload,
  parse: (payload) => {
    const parsed = message.safeParse(payload)
    if (!parsed.success) return { dropped: `not a request to verify: ${z.prettifyError(parsed.error)}` }
    const { host, name, digest, at } = parsed.data
    return { pushes: [{ id: `recheck ${at}`, source: 'recheck', kind: 'recheck', host, name, digest, at }] }
  },
}

/** The message that `recheck` reads. */
export function recheckMessage({ host, name, digest }: ImageId, at: string): string {
  return JSON.stringify({ assay: 'verify', host, name, digest, at })
}
