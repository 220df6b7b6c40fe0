import * as z from 'zod'
import type { Source } from './policy.ts'
import { invalid, report } from './rules.ts'
import { strict, text, unsupported } from './schema-fields.ts'
import { readRepository } from './source-repository.ts'

// A tag has 128 characters at most, and `sha256-…` with its longest suffix takes 76 of them.
const TAG_PREFIX = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,51}$/

/** What people are told who bring such Secrets along. */
export const PULL_SECRETS = 'credentials for registries come from the installation; take this field out'

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

function sourcesWith<Secrets extends z.ZodType>(signaturePullSecrets: Secrets) {
  const source = strict({
    oci: repository.optional(),
    tagPrefix: tagPrefix.optional(),
    signaturePullSecrets,
  }).transform((written): Source => {
    const { oci, tagPrefix: prefix = '' } = written as { oci?: Source['repository']; tagPrefix?: string }
    return { ...(oci && { repository: oci }), tagPrefix: prefix }
  })
  return z.array(source).superRefine((list, ctx) => {
    if (list.length > 1) report(ctx, invalid('source', 'only single source is supported; make an authority of each'))
  })
}

/** Where signatures are looked for: a list, as upstream has it, of one. */
export const clusterSources = sourcesWith(z.array(strict({ name: text })).optional())
export const ownSources = sourcesWith(unsupported(PULL_SECRETS))
