import * as z from 'zod'
import { invalid, missing, report } from './rules.ts'
import { choice, strict, text } from './schema-fields.ts'

const MAX_MATCHES = 100
/** What policy-controller knows to hold containers. */
const RESOURCES = ['pods', 'replicasets', 'deployments', 'statefulsets', 'daemonsets', 'jobs', 'cronjobs']

const resource = text.superRefine((name, ctx) => {
  if (!RESOURCES.includes(name))
    report(ctx, invalid(name, `unsupported resource name; allowed: ${RESOURCES.join(', ')}`))
})
const expression = strict({
  key: text,
  operator: choice('operator', ['In', 'NotIn', 'Exists', 'DoesNotExist']),
  values: z.array(z.string()).optional(),
})
const selector = strict({
  matchLabels: z.record(z.string(), z.string()).optional(),
  matchExpressions: z.array(expression).optional(),
})

/** Which objects of Kubernetes a ClusterImagePolicy is for. */
export const match = z
  .array(
    strict({
      group: text.optional(),
      version: text.optional(),
      resource: resource.optional(),
      selector: selector.optional(),
    }).superRefine((one, ctx) => {
      if (one.selector !== undefined && one.resource === undefined) report(ctx, missing('resource'))
    }),
  )
  .max(MAX_MATCHES)
