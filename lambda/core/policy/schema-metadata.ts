import * as z from 'zod'
import { objectName, strict } from './schema-fields.ts'

const ignored = z.unknown().optional()

/** Kubernetes writes these into the metadata of every object it holds; none bears on an image. `judged`: those that do. */
export function kubernetesMetadata<Judged extends z.ZodRawShape>(judged: Judged) {
  return strict({
    name: objectName,
    labels: ignored,
    annotations: ignored,
    namespace: ignored,
    generateName: ignored,
    creationTimestamp: ignored,
    deletionTimestamp: ignored,
    deletionGracePeriodSeconds: ignored,
    finalizers: ignored,
    generation: ignored,
    managedFields: ignored,
    ownerReferences: ignored,
    resourceVersion: ignored,
    selfLink: ignored,
    uid: ignored,
    ...judged,
  })
}
