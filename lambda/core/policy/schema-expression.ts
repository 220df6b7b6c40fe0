import * as z from 'zod'
import { exactlyOne, invalid, missing, report } from './rules.ts'
import { strict, text } from './schema-fields.ts'

const UPSTREAM = ['cue', 'rego'] as const
const INCLUDES = ['fetchConfigFile', 'includeSpec', 'includeObjectMeta', 'includeTypeMeta'] as const

const configMapRef = strict({ name: text.optional(), key: text.optional(), namespace: text.optional() }).superRefine(
  ({ name, key }, ctx) => {
    if (name === undefined) report(ctx, missing('name'))
    if (key === undefined) report(ctx, missing('key'))
  },
)

const remoteUrl = text.superRefine((url, ctx) => {
  if (URL.canParse(url) && new URL(url).protocol === 'https:' && new URL(url).hostname !== '') return
  report(ctx, invalid(url, 'url valid is invalid. host and https scheme are expected'))
})
const sha256sum = text.superRefine((sum, ctx) => {
  if (!/^[0-9a-f]{64}$/.test(sum)) report(ctx, invalid(sum, '64 lower-case hex digits, the sha256 of what lies there'))
})
const remote = strict({ url: remoteUrl.optional(), sha256sum: sha256sum.optional() }).superRefine((given, ctx) => {
  if (given.url === undefined) report(ctx, missing('url'))
  if (given.sha256sum === undefined) report(ctx, missing('sha256sum'))
})

const flag = z.boolean().optional()
const includes = { fetchConfigFile: flag, includeSpec: flag, includeObjectMeta: flag, includeTypeMeta: flag }

function expressionIn<const Languages extends readonly ['cel' | 'cue', ...('cel' | 'cue' | 'rego')[]]>(
  languages: Languages,
) {
  return strict({
    type: z.enum(languages, {
      error: ({ input }) =>
        input === undefined ? undefined : `only [${languages.join(',')}] are supported at the moment`,
    }),
    data: text.optional(),
    configMapRef: configMapRef.optional(),
    remote: remote.optional(),
    ...includes,
  }).superRefine(({ data, configMapRef: configMap, remote: elsewhere }, ctx) => {
    const given = [configMap, data, elsewhere].filter((one) => one !== undefined).length
    const fields = ['configMapRef', 'data', 'remote'] as const
    if (given === 0) report(ctx, missing(...fields))
    if (given > 1) report(ctx, exactlyOne('both', fields))
  })
}

/** What a policy asks about all that matched. In a VerificationPolicy it may be CEL. */
export const clusterExpression = expressionIn(UPSTREAM)
export const ownExpression = expressionIn(['cel', ...UPSTREAM])

/** What an attestation's statement must meet. */
export const clusterStatementExpression = clusterExpression.superRefine(withoutIncludes)
export const ownStatementExpression = ownExpression.superRefine(withoutIncludes)

type Includes = { readonly [Field in (typeof INCLUDES)[number]]?: boolean | undefined }

function withoutIncludes(given: Includes, ctx: z.RefinementCtx): void {
  for (const field of INCLUDES) {
    if (given[field] !== true) continue
    report(ctx, (path) => {
      const { length } = path
      // Upstream's path has no index of the attestation
      const upstream = path.filter((_, at) => at !== length - 2).join('.')
      return `must not set the field(s): ${upstream.replace(/\.(\d+)(?=\.)/g, '[$1]')}.${field}`
    })
  }
}

/** What the image config of every platform must meet, and what people are told where it does not. */
export const configRules = z.array(strict({ cel: text, message: text })).max(50)
