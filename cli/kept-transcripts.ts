import * as z from 'zod'
import { BadInput } from '../lambda/core/bad-input.ts'
import { type Digest, isDigest } from '../lambda/core/image.ts'
import { askPages } from './ask-pages.ts'

const digest = z.custom<Digest>(isDigest)
const history = z.object({
  changes: z.array(z.object({ rev: z.number(), state: z.string(), transcript: digest.optional() })),
  cursor: z.string().optional(),
})
const images = z.object({
  images: z.array(z.object({ image: z.string(), digest })),
  cursor: z.string().optional(),
})

/** A past verdict of an image and where it was written down in full. */
export type Kept = { readonly image: string; readonly rev: number; readonly transcript: Digest }

/** The transcript of one verdict of an image, the newest where no rev is asked for. */
export async function transcriptOf(api: string, image: string, rev: number | undefined): Promise<Digest> {
  const seen: number[] = []
  for await (const kept of transcriptsOf(api, image)) {
    if (rev === undefined || kept.rev === rev) return kept.transcript
    seen.push(kept.rev)
  }
  const what = rev === undefined ? 'no verdict with kept evidence' : `no verdict of rev ${rev} with kept evidence`
  throw new BadInput(`${image} has ${what}; there is ${seen.length === 0 ? 'none at all' : `rev ${seen.join(', ')}`}`)
}

/** Every kept verdict of every image. */
export async function* keptTranscripts(api: string): AsyncGenerator<Kept> {
  for await (const page of askPages(api, '/v1/images', { limit: '100' }, images)) {
    for (const one of page.images) yield* transcriptsOf(api, `${one.image}@${one.digest}`)
  }
}

async function* transcriptsOf(api: string, image: string): AsyncGenerator<Kept> {
  for await (const { changes } of askPages(api, '/v1/history', { image, limit: '100' }, history)) {
    for (const { rev, transcript } of changes) if (transcript !== undefined) yield { image, rev, transcript }
  }
}
