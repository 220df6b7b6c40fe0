import type { Fault } from './issues.ts'
import type { Parsed, ParsedPolicy } from './kinds.ts'
import type { Path } from './path.ts'
import { readPublicKey } from './public-key.ts'

type SecretDocument = Extract<Parsed, { readonly kind: 'Secret' }>['document']
type PolicyDocument = ParsedPolicy['document']

/** The public key of each Secret by its name, in PEM, or why it holds none. */
export type SecretKeys = ReadonlyMap<string, ReturnType<typeof readPublicKey>>

/** Reads Secrets as upstream does: exactly one entry, a public key. */
export function secretKeys(documents: readonly SecretDocument[]): SecretKeys {
  return new Map(
    documents.map(({ metadata, data = {}, stringData = {} }) => {
      // As Kubernetes merges them
      const [entry, ...others] = Object.entries({ ...data, ...stringData })
      if (entry === undefined || others.length > 0) {
        const names = [entry, ...others].flatMap((one) => one?.[0] ?? []).join(', ') || 'none'
        return [metadata.name, { fault: `the Secret has the entries ${names}; exactly one is allowed, a public key` }]
      }
      return [metadata.name, readPublicKey(entry[1])]
    }),
  )
}

/** What is wrong with the Secrets that a policy refers to. */
export function secretFaults({ spec }: PolicyDocument, secrets: SecretKeys): Fault[] {
  return spec.authorities.flatMap(({ key }, index) => {
    const name = key?.secretRef?.name
    if (name === undefined) return []
    const path: Path = ['spec', 'authorities', index, 'key', 'secretRef', 'name']
    const known = secrets.get(name)
    if (known !== undefined && 'pem' in known) return []
    const message =
      known === undefined
        ? `no Secret is named "${name}" in the policy files; put it beside them (kind: Secret), or the public key itself in key.data`
        : `the Secret "${name}": ${known.fault}`
    return [{ path, of: 'value', message }]
  })
}
