import * as z from 'zod'
import { normaliseHost } from './core/image.ts'
import { ENV } from './env.ts'
import { Misconfigured } from './errors.ts'
import type { EventRegistry } from './sources/source.ts'

/** A registry that this installation watches: one of ECR, or one that speaks only the OCI distribution API. */
export type RegistryConfig = EventRegistry | OciRegistry
export type OciRegistry = { readonly host: string; readonly oci: OciAccess }

/** How a registry is reached by the OCI distribution API. */
export type OciAccess = {
  /** For loopback addresses only; https where not given. */
  readonly scheme?: 'http'
  /** A file as `docker login` writes it, with a login for this host. */
  readonly credentials?: string
  /** In place of it, the ARN of a secret in AWS Secrets Manager that holds `{"username", "password"}`. */
  readonly secret?: string
  /** Tags that are to be taken are overwritten by a tombstone; without it they are left. */
  readonly overwrite?: true
  /** Only bases are read there: nobody's pushes are watched, and nothing is reconciled. */
  readonly bases?: true
}

const host = z.string().min(1).transform(normaliseHost)
const ecr = z.strictObject({
  host,
  account: z.string().regex(/^\d{12}$/, 'an AWS account id is 12 digits'),
  region: z.string().min(1),
})
const oci = z.strictObject({
  host,
  oci: z
    .strictObject({
      scheme: z.literal('http').optional(),
      credentials: z.string().min(1).optional(),
      secret: z
        .string()
        .regex(/^arn:aws[a-z-]*:secretsmanager:/, 'the ARN of a secret of AWS Secrets Manager')
        .optional(),
      overwrite: z.literal(true, 'true, or left out').optional(),
      bases: z.literal(true, 'true, or left out').optional(),
    })
    .refine(({ bases, overwrite }) => !bases || !overwrite, 'where only bases are read, no tag is overwritten'),
})
// What is wrong is told of the form that was meant: a union would tell of both
const config = z.unknown().transform((entry, context): RegistryConfig => {
  const isOci = typeof entry === 'object' && entry !== null && 'oci' in entry
  const parsed = (isOci ? oci : ecr).safeParse(entry)
  if (parsed.success) return parsed.data
  for (const { path, message } of parsed.error.issues) context.addIssue({ code: 'custom', path, message })
  return z.NEVER
})
const configs = z
  .array(config)
  .min(1)
  .refine((all) => new Set(all.map((one) => one.host)).size === all.length, 'two entries name the same host')

/** Reads the list of registries; throws Misconfigured with what is wrong. */
export function registriesFrom(text: string): readonly RegistryConfig[] {
  const parsed = configs.safeParse(json(text))
  if (parsed.success) return parsed.data
  throw new Misconfigured(
    `${ENV.registries} is ${JSON.stringify(text.slice(0, 200))}; it must be JSON like [{"host": "HOST", "account": "123456789012", "region": "REGION"}, {"host": "HOST", "oci": {"credentials": "FILE"}}]: ${z.prettifyError(parsed.error)}`,
  )
}

/** Whether a registry is one of ECR, whose events name it by account and region. */
export function isEcr(config: RegistryConfig): config is EventRegistry {
  return !('oci' in config)
}

/** Whether pushes to a registry are watched: those where only bases are read are not. */
export function isWatched(config: RegistryConfig): boolean {
  return isEcr(config) || config.oci.bases !== true
}

/** Reads the list of watched repositories; throws Misconfigured with what is wrong. */
export function repositoriesFrom(text: string): readonly string[] {
  const parsed = z.array(z.string().min(1)).min(1).safeParse(json(text))
  if (parsed.success) return parsed.data
  throw new Misconfigured(
    `${ENV.repositories} is ${JSON.stringify(text.slice(0, 200))}; it must be JSON like ["prod/*"]: ${z.prettifyError(parsed.error)}`,
  )
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
