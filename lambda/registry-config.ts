import * as z from 'zod'
import { normaliseHost } from './core/image.ts'
import { ENV } from './env.ts'
import { Misconfigured } from './errors.ts'
import type { EventRegistry } from './sources/source.ts'

/** An ECR registry that this installation watches. */
export type RegistryConfig = EventRegistry

const configs = z
  .array(
    z.strictObject({
      host: z.string().min(1).transform(normaliseHost),
      account: z.string().regex(/^\d{12}$/, 'an AWS account id is 12 digits'),
      region: z.string().min(1),
    }),
  )
  .min(1)

/** Reads the list of registries; throws Misconfigured with what is wrong. */
export function registriesFrom(text: string): readonly RegistryConfig[] {
  const parsed = configs.safeParse(json(text))
  if (parsed.success) return parsed.data
  throw new Misconfigured(
    `${ENV.registries} is ${JSON.stringify(text.slice(0, 200))}; it must be JSON like [{"host": "HOST", "account": "123456789012", "region": "REGION"}]: ${z.prettifyError(parsed.error)}`,
  )
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
