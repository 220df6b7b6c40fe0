import * as z from 'zod'
import { BadInput } from '../bad-input.ts'
import { EXPECTABLE } from '../bases/expected.ts'
import { parseImage } from '../image.ts'
import { pathGlobFault } from '../layers/expected-changes.ts'
import { compileGlob, matchesImage } from './glob.ts'
import type { Watched } from './policy.ts'
import { invalid, report } from './rules.ts'
import { MAX_LISTED } from './schema-base-rule.ts'
import { ownMetadata, strict, text } from './schema-fields.ts'
import { enoughSigners, ownSpec } from './schema-policy.ts'

const MAX_WATCHED = 200

/** A tag that is looked at again and again, wherever it lies. */
const watched = text.transform((written, ctx): Watched => {
  try {
    const { host, name, tag = 'latest', digest } = parseImage(written)
    if (digest === undefined) return { host, name, tag }
    report(ctx, invalid(written, 'has a digest, which never moves; name a tag'))
  } catch (error) {
    if (!(error instanceof BadInput)) throw error
    report(ctx, invalid(written, error.message))
  }
  return z.NEVER
})

const tagGlob = text.superRefine((glob, ctx) => {
  if (/^[A-Za-z0-9_.*-]{1,128}$/.test(glob)) return
  report(ctx, invalid(glob, 'a tag, or a pattern of one: letters, digits and _ . - * are allowed'))
})

/** A change of the base by its name, or a glob of paths. */
const expectation = text.superRefine((written, ctx) => {
  const fault = written.startsWith('/') ? pathGlobFault(written) : nameFault(written)
  if (fault !== undefined) report(ctx, invalid(written, fault))
})

function nameFault(name: string): string | undefined {
  return EXPECTABLE.includes(name) ? undefined : `neither a path that begins with / nor one of ${EXPECTABLE.join(', ')}`
}

/** BaseImage: which images count as bases, and who must have signed them. */
export const baseImage = strict({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: ownMetadata,
  spec: strict({
    ...ownSpec,
    watch: z.array(watched).max(MAX_WATCHED).optional(),
    tags: z.array(tagGlob).min(1).max(MAX_LISTED).optional(),
    expected: z.array(expectation).max(MAX_LISTED).optional(),
  })
    .superRefine(enoughSigners)
    .superRefine(({ images, watch = [] }, ctx) => {
      const globs = images.map(({ glob, exclude }) => compileGlob(glob, 'repository', exclude))
      // What could not be read is told of already
      const read = watch.filter((place) => place?.host !== undefined)
      const stray = read.find((place) => !globs.some((glob) => matchesImage(glob, place)))
      if (stray === undefined) return
      const { host, name } = stray
      report(ctx, invalid(`${host}/${name}`, 'not covered by spec.images, so it could not count as a base'), 'watch')
    }),
})
