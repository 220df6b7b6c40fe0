import { type ExpressionTexts, missingExpressions } from './expressions.ts'
import type { Fault } from './issues.ts'
import type { ParsedPolicy } from './kinds.ts'
import { unknownRoots } from './roots.ts'
import { type SecretKeys, secretFaults } from './secrets.ts'

type PolicyDocument = ParsedPolicy['document']

/** What policies may refer to: trusted roots by name, Secrets, and texts of expressions. */
export type Resources = {
  readonly roots: ReadonlySet<string>
  readonly secrets: SecretKeys
  readonly texts: ExpressionTexts
}

/**
 * What a policy refers to and is not at hand: a mistake in a policy of ours. A ClusterImagePolicy may be good in its cluster, where
 * these are: there an authority that needs one is `beyond`.
 */
export function missingResources(document: PolicyDocument, { roots, secrets, texts }: Resources): Fault[] {
  return [
    ...unknownRoots(document, roots),
    ...secretFaults(document, secrets),
    ...missingExpressions(document, texts),
    ...keysElsewhere(document),
    ...objectsIncluded(document),
  ]
}

/** Of such faults the first that concerns one authority, or the policy over all that matched. */
export function beyondAt(faults: readonly Fault[], place: number | 'policy'): string | undefined {
  return faults.find(({ path }) => (place === 'policy' ? path[1] === 'policy' : path[2] === place))?.message
}

function keysElsewhere({ spec }: PolicyDocument): Fault[] {
  return spec.authorities.flatMap(({ key, keyless }, index) => {
    const path = ['spec', 'authorities', index]
    const caCert = keyless?.['ca-cert']
    const kms = key?.kms !== undefined && 'beyond' in key.kms ? [fault([...path, 'key', 'kms'], key.kms.beyond)] : []
    const certificates =
      caCert === undefined || caCert.data !== undefined
        ? []
        : [fault([...path, 'keyless', 'ca-cert'], "put the authority's certificates in data, as PEM")]
    return [...kms, ...certificates]
  })
}

/** What is asked of the object of Kubernetes that runs an image: there is none here. */
function objectsIncluded({ spec: { policy } }: PolicyDocument): Fault[] {
  const included = (['includeSpec', 'includeObjectMeta', 'includeTypeMeta'] as const).filter((field) => policy?.[field])
  const why = 'an image alone is no object of Kubernetes, so there is nothing that it could be asked about'
  return included.map((field) => fault(['spec', 'policy', field], why))
}

function fault(path: Fault['path'], message: string): Fault {
  return { path, of: 'value', message }
}
