import * as z from 'zod'
import { invalid, report } from './rules.ts'
import { choice, duration, globText, ownMetadata, strict, text, wholeNumber } from './schema-fields.ts'
import { ownImages } from './schema-policy.ts'

const MAX_PROTECTED = 500
/** The images of ten minutes are kept in one item of the table, which holds 400 kB. */
const MAX_IMAGES = 1000

const environment = text.superRefine((name, ctx) => {
  if (/^[a-zA-Z0-9](?:[a-zA-Z0-9._-]{0,61}[a-zA-Z0-9])?$/.test(name)) return
  report(ctx, invalid(name, 'an environment is up to 63 letters, digits, "-", "_" and "."'))
})

/** Enforcement: what follows from a verdict. */
export const enforcement = strict({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: ownMetadata,
  spec: strict({
    images: ownImages,
    environment: environment.optional(),
    onFailure: choice('action', ['observe', 'quarantine', 'archive']).optional(),
    onDegraded: choice('action', ['alert', 'allow', 'quarantine']).optional(),
    gracePeriod: duration.optional(),
    failFast: z.boolean().optional(),
    protect: z.array(globText('tag')).max(MAX_PROTECTED).optional(),
    tombstone: z.boolean().optional(),
    breaker: strict({
      images: wholeNumber(MAX_IMAGES).optional(),
      percent: wholeNumber(100).optional(),
    }).optional(),
  }),
})
