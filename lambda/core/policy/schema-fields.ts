import * as z from 'zod'
import { isObject } from '../is-object.ts'
import { parseDuration } from './duration.ts'
import type { GlobPlace } from './glob.ts'
import { globFault } from './glob-fault.ts'
import type { Requirement } from './policy.ts'
import { invalid, report } from './rules.ts'

const MAX_THRESHOLD = 8
const MAX_SIGNERS = 50

// What no document may have is not offered to those who look for a field.
const refused = new WeakSet<object>()

/** Whether a schema is that of a field which is refused wherever it is given. */
export function isRefused(schema: object): boolean {
  return refused.has(schema)
}

/** A field of upstream that has no meaning here, refused by name wherever it is given, and what to do instead. */
export function unsupported(instead: string) {
  const field = z
    .unknown()
    .superRefine((value, ctx) => {
      if (value !== undefined) report(ctx, (path) => `${String(path.at(-1))} is not supported: ${instead}`)
    })
    .optional()
  refused.add(field)
  return field
}

/** Text that says something. */
export const text = z.string().min(1, { abort: true })

/** An object with these fields and no others. */
export function strict<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const allowed = Object.entries(shape).flatMap(([key, field]) => (refused.has(field) ? [] : key))
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? `allowed here: ${allowed.join(', ')}` : undefined),
  })
}

/** A URL that tells which service is meant. It is never fetched. */
export const serviceUrl = text.superRefine((url, ctx) => {
  if (URL.canParse(url) && /^https?:/i.test(url)) return
  report(ctx, invalid(url, 'not an http or https URL'))
})

/** A whole number from 1 to the most there may be. */
export function wholeNumber(most: number) {
  return z
    .unknown()
    .transform((count, ctx): number => {
      if (isCount(count, most)) return count
      report(ctx, invalid(count, `a whole number from 1 to ${most} is allowed`))
      return z.NEVER
    })
    .meta({ type: 'integer', minimum: 1, maximum: most })
}

/** From how many there must be proof. */
export const threshold = wholeNumber(MAX_THRESHOLD)

/** How many of the authorities must be satisfied. */
export const requirement = z
  .unknown()
  .transform((rule, ctx): Requirement | 'any' => {
    if (rule === 'any' || rule === 'all') return rule
    const [[field, count] = [], ...others] = isObject(rule) ? Object.entries(rule) : []
    if (field === 'atLeast' && others.length === 0 && isCount(count, MAX_SIGNERS)) return { atLeast: count }
    report(ctx, invalid(rule, `allowed: "any", "all" or { atLeast: a whole number from 1 to ${MAX_SIGNERS} }`))
    return z.NEVER
  })
  .meta({
    oneOf: [
      { enum: ['any', 'all'] },
      {
        type: 'object',
        required: ['atLeast'],
        properties: { atLeast: { type: 'integer', minimum: 1, maximum: MAX_SIGNERS } },
        additionalProperties: false,
      },
    ],
  })

function isCount(count: unknown, most: number): count is number {
  return typeof count === 'number' && Number.isInteger(count) && count >= 1 && count <= most
}

const isoInstant = z.iso.datetime({ offset: true })

/** A moment such as `2026-01-31T00:00:00Z`, read as the same moment in UTC. */
export const instant = text.transform((written, ctx) => {
  if (isoInstant.safeParse(written).success) return new Date(written).toISOString()
  report(ctx, invalid(written, 'not a moment in ISO 8601 with its zone, such as 2026-01-31T00:00:00Z'))
  return z.NEVER
})

/** One of a few words. */
export function choice<const Words extends readonly [string, ...string[]]>(name: string, words: Words) {
  return z.enum(words, { error: () => `unsupported ${name}; allowed: ${words.join(', ')}` })
}

/** A glob as it may be written in this place. */
export function globText(place: GlobPlace) {
  return text.superRefine((pattern, ctx) => {
    const fault = globFault(pattern, place)
    if (fault !== undefined) report(ctx, invalid(pattern, `glob is invalid: ${fault}`))
  })
}

/** A duration such as `10m`, read as seconds. */
export const duration = text.transform((written, ctx) => {
  const seconds = parseDuration(written)
  if (typeof seconds === 'number') return seconds
  report(ctx, invalid(written, seconds))
  return z.NEVER
})

/** An object's name: what Kubernetes allows, so that one file serves both. */
export const objectName = text.superRefine((name, ctx) => {
  if (name.length <= 253 && /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/.test(name)) return
  report(ctx, invalid(name, 'a name is up to 253 of a-z, 0-9, "-" and ".", with a letter or digit at both ends'))
})

/** Metadata of our own documents; labels and annotations are for people. */
export const ownMetadata = strict({
  name: objectName,
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
})
