import * as z from 'zod'
import { strict, text } from './schema-fields.ts'
import { kubernetesMetadata } from './schema-metadata.ts'

/** A ConfigMap of Kubernetes that holds texts of policies. */
export const configMap = strict({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: kubernetesMetadata({}),
  immutable: z.boolean().optional(),
  data: z.record(z.string(), text).optional(),
})
