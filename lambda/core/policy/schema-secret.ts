import * as z from 'zod'
import { decodeBase64 } from './base64.ts'
import { invalid, report } from './rules.ts'
import { objectName, strict, text } from './schema-fields.ts'
import { kubernetesMetadata } from './schema-metadata.ts'

/** Where policy-controller keeps the Secrets that policies refer to; one without a namespace is taken to be there. */
export const NAMESPACE = 'cosign-system'

const namespace = text.superRefine((name, ctx) => {
  if (name !== NAMESPACE) report(ctx, invalid(name, `only Secrets of ${NAMESPACE} are read`))
})
const encoded = text.transform((written, ctx): string => {
  const bytes = decodeBase64(written)
  if (bytes !== undefined) return bytes.toString()
  report(ctx, invalid(written, 'not base64; text as it is belongs into stringData'))
  return z.NEVER
})

/** A Secret of Kubernetes that holds a public key. Its values as text. */
export const secret = strict({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: kubernetesMetadata({ namespace: namespace.optional() }),
  type: text.optional(),
  immutable: z.boolean().optional(),
  data: z.record(z.string(), encoded).optional(),
  stringData: z.record(z.string(), text).optional(),
})

/** How a key refers to a Secret. */
export const secretRef = strict({
  name: objectName,
  namespace: text
    .superRefine((name, ctx) => {
      if (name === NAMESPACE) return
      const why =
        'secretref.namespace is invalid. If set, it should use the same namespace where the policy-controller was deployed'
      report(ctx, invalid(name, `${why}, ${NAMESPACE}`))
    })
    .optional(),
})
