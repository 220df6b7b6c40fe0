import * as z from 'zod'
import type { Source } from './policy.ts'
import { invalid, report } from './rules.ts'
import { strict, text, unsupported } from './schema-fields.ts'
import { readRepository } from './source-repository.ts'

// A tag has 128 characters at most, and `sha256-…` with its longest suffix takes 76 of them.
const TAG_PREFIX = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,51}$/

const repository = text.transform((written, ctx) => {
  const read = readRepository(written)
  if (typeof read !== 'string') return read
  report(ctx, invalid(written, read))
  return z.NEVER
})

const tagPrefix = text.superRefine((prefix, ctx) => {
  if (TAG_PREFIX.test(prefix)) return
  report(
    ctx,
    invalid(prefix, 'the beginning of a tag is up to 52 letters, digits, "_", "." and "-", not "." or "-" first'),
  )
})

const source = strict({
  oci: repository.optional(),
  tagPrefix: tagPrefix.optional(),
  signaturePullSecrets: unsupported('credentials for registries come from the installation; take this field out'),
}).transform(({ oci, tagPrefix: prefix = '' }): Source => ({ ...(oci && { repository: oci }), tagPrefix: prefix }))

/** Where signatures are looked for: a list, as upstream has it, of one. */
export const sources = z.array(source).superRefine((list, ctx) => {
  if (list.length > 1) report(ctx, invalid('source', 'only single source is supported; make an authority of each'))
})
