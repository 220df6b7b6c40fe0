import * as z from 'zod'
import { baseImage } from './schema-base-image.ts'
import { configMap } from './schema-config-map.ts'
import { denyList } from './schema-deny-list.ts'
import { enforcement } from './schema-enforcement.ts'
import { isRefused } from './schema-fields.ts'
import { clusterImagePolicy, verificationPolicy } from './schema-policy.ts'
import { secret } from './schema-secret.ts'
import { trustRoot } from './schema-trust-root.ts'
import { trustedRoot } from './schema-trusted-root.ts'

const DRAFT = 'https://json-schema.org/draft/2020-12/schema'
const SIGSTORE = 'policy.sigstore.dev/'
const OWN = 'assay.dev/v1alpha1'

/** Every kind of document, by what names it. */
const KINDS: readonly (readonly [apiVersions: readonly string[], kind: string, schema: z.ZodType])[] = [
  [[`${SIGSTORE}v1beta1`, `${SIGSTORE}v1alpha1`], 'ClusterImagePolicy', clusterImagePolicy],
  [[`${SIGSTORE}v1alpha1`], 'TrustRoot', trustRoot],
  [[OWN], 'VerificationPolicy', verificationPolicy],
  [[OWN], 'BaseImage', baseImage],
  [[OWN], 'Enforcement', enforcement],
  [[OWN], 'DenyList', denyList],
  [[OWN], 'TrustedRoot', trustedRoot],
  [['v1'], 'Secret', secret],
  [['v1'], 'ConfigMap', configMap],
]

/**
 * A JSON Schema of one document of a policy file, for editors: made from the schemas by which policies are read.
 * It accepts whatever they accept; rules between fields, and what is inside of texts, are told when the file is loaded.
 */
export function policyJsonSchema(): object {
  return {
    $schema: DRAFT,
    title: 'A document of an Assay policy file',
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata'],
    properties: {
      apiVersion: { enum: [...new Set(KINDS.flatMap(([apiVersions]) => apiVersions))] },
      kind: { enum: KINDS.map(([, kind]) => kind) },
    },
    // One branch by kind, so that an editor tells what is wrong in this one and not that none of them fits
    allOf: KINDS.map(([apiVersions, kind, schema]) => {
      const made = schemaOf(schema)
      return {
        if: { required: ['kind'], properties: { kind: { const: kind } } },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        then: { ...made, properties: { ...made.properties, apiVersion: { enum: apiVersions } } },
      }
    }),
  }
}

function schemaOf(schema: z.ZodType): z.core.JSONSchema.BaseSchema {
  const { $schema: _, ...made } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      // Known, and refused wherever it is given
      if (isRefused(zodSchema)) Object.assign(jsonSchema, { not: {} })
    },
  })
  return made
}
