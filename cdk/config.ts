import * as z from 'zod'
import { FUNCTIONS } from '../lambda/resources.ts'

const functionNames = Object.keys(FUNCTIONS) as (keyof typeof FUNCTIONS)[]
const emails = z.array(z.email())

/** The folder of policies where none is named: it shows what policies look like, and trusts nobody you know. */
export const EXAMPLE_POLICIES = 'policies/examples'

/** An ECR registry to watch; what is left out is the stack's own. */
const registry = z.strictObject({
  host: z.string().min(1).optional(),
  account: z
    .string()
    .regex(/^\d{12}$/, 'an AWS account id is 12 digits')
    .optional(),
  region: z.string().min(1).optional(),
})

/** A registry in which bases are read, and nothing is watched; `secret`: the ARN of one that holds `{"username", "password"}`. */
const baseRegistry = z.strictObject({
  host: z.string().min(1),
  secret: z
    .string()
    .regex(/^arn:aws[a-z-]*:secretsmanager:/, 'the ARN of a secret of AWS Secrets Manager')
    .optional(),
})

const schema = z.strictObject({
  registries: z.array(registry).min(1).default([{}]),
  /** Those that BaseImages name are read without a login; here are those that want one. */
  baseRegistries: z.array(baseRegistry).default([]),
  /** Repositories that the functions may read, and take tags from: names or IAM patterns. */
  repositories: z
    .array(z.string().regex(/^[a-z0-9._/*?-]+$/, 'a repository name, or a pattern with * and ?'))
    .min(1)
    .default(['*']),
  /** Folder of policy files, from where the app is started. */
  policies: z.string().min(1).default(EXAMPLE_POLICIES),
  /** Who is told of failed images. */
  alertEmails: emails.default([]),
  /** Who is told when Assay itself is in trouble. */
  operationsEmails: emails.default([]),
  /** Concurrency kept for a function and not exceeded by it. Without, only its queue's event source bounds it. */
  reservedConcurrency: z.partialRecord(z.enum(functionNames), z.int().min(1)).default({}),
})

/** What an installation decides for itself. */
export type AssayConfig = z.infer<typeof schema>

/** Reads the value of `assay` in the context of cdk.json, or as JSON from `cdk -c assay=…`; throws with what is wrong. */
export function configFrom(context: unknown): AssayConfig {
  const parsed = schema.safeParse(typeof context === 'string' ? parse(context) : (context ?? {}))
  if (parsed.success) return parsed.data
  throw new Error(
    `context "assay" is ${JSON.stringify(context)}; it must be like {"registries": [{"account": "123456789012"}], "alertEmails": ["NAME@HOST"]}: ${z.prettifyError(parsed.error)}`,
  )
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
