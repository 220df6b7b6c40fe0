import * as z from 'zod'
import { type KmsReference, readKmsReference } from './kms-key.ts'
import type { HashAlgorithm, KeySource } from './policy.ts'
import { readPublicKey } from './public-key.ts'
import { invalid, missing, report, reportUnlessOne } from './rules.ts'
import { choice, instant, strict, text } from './schema-fields.ts'
import { secretRef } from './schema-secret.ts'
import type { SecretKeys } from './secrets.ts'

const HASHES = ['sha224', 'sha256', 'sha384', 'sha512'] as const satisfies readonly HashAlgorithm[]

const publicKey = text.transform((pem, ctx) => {
  const read = readPublicKey(pem)
  if ('pem' in read) return read.pem
  report(ctx, invalid(pem, read.fault))
  return z.NEVER
})
/** Where upstream asks for a key. */
export const clusterKms = text.transform((reference, ctx): KmsReference => {
  const read = readKmsReference(reference)
  if (!('fault' in read)) return read
  report(ctx, invalid(reference, read.fault))
  return z.NEVER
})
const ownKms = text.transform((reference, ctx): KmsReference => {
  const read = readKmsReference(reference)
  if ('arn' in read) return read
  report(ctx, invalid(reference, 'beyond' in read ? read.beyond : read.fault))
  return z.NEVER
})
const hash = text.transform((name) => name.toLowerCase()).pipe(choice('hash', HASHES))

const keyFields = {
  data: publicKey.optional(),
  hashAlgorithm: hash.optional(),
  secretRef: secretRef.optional(),
}

const validFor = strict({ start: instant.optional(), end: instant.optional() }).superRefine(({ start, end }, ctx) => {
  if (start === undefined && end === undefined) report(ctx, missing('start', 'end'))
  if (start === undefined || end === undefined || Date.parse(start) < Date.parse(end)) return
  report(ctx, invalid(end, `not after its start, ${start}`), 'end')
})

/** A public key of a ClusterImagePolicy: exactly one of its sources. */
export const clusterKey = strict({ ...keyFields, kms: clusterKms.optional() }).superRefine(oneSource)

/** A public key of ours: upstream's, and when it may have been used. */
export const ownKey = strict({ ...keyFields, kms: ownKms.optional(), validFor: validFor.optional() }).superRefine(
  oneSource,
)

type Sources = { readonly data?: string | undefined; readonly kms?: unknown; readonly secretRef?: unknown }

/** The rule of upstream's KeyRef: exactly one source. */
export function oneSource({ data, kms, secretRef }: Sources, ctx: z.RefinementCtx): void {
  // Upstream's messages write it so
  reportUnlessOne(ctx, { data, kms, secretref: secretRef })
}

type Written = Sources & {
  readonly kms?: KmsReference | undefined
  readonly secretRef?: { readonly name: string } | undefined
}

/** Where the key of a document that keeps these rules lies; in a Secret that `secretFaults` has nothing against. */
export function keySource({ data, kms, secretRef: ref }: Written, secrets: SecretKeys): KeySource {
  const held = ref && secrets.get(ref.name)
  if (held !== undefined) return { pem: 'pem' in held ? held.pem : '' }
  return kms !== undefined && 'arn' in kms ? { kms: kms.arn } : { pem: data ?? '' }
}
