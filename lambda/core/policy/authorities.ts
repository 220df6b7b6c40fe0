import type { Authority, Policy, PolicySet } from './policy.ts'

export type SigstoreAuthority = Extract<Authority, { kind: 'sigstore' }>

/** Those of policies' authorities that ask for signatures. */
export function sigstoreAuthorities(policies: readonly Policy[]): SigstoreAuthority[] {
  return policies.flatMap(({ authorities }) => authorities).filter((one) => one.kind === 'sigstore')
}

/** What an authority is called: by its place where it has no name, as upstream does. */
export function authorityName(written: string | undefined, index: number): string {
  return written || `authority-${index}`
}

/** Annotations are signed with an image signature: where they are asked for, so is one. */
export function asksSignature({ attestations, annotations }: SigstoreAuthority): boolean {
  return attestations.length === 0 || Object.keys(annotations).length > 0
}

/** Whether a policy asks about the image config of what it covers. */
export function asksConfig({ policy, config = [] }: Pick<Policy, 'policy' | 'config'>): boolean {
  return config.length > 0 || policy?.withConfig === true
}

/** Whether a policy asks in CEL what an image holds: its SBOM must be read, wherever it lies. */
export function asksContents({ policy }: Pick<Policy, 'policy'>): boolean {
  return policy?.language === 'cel' && /\bcontents\b/.test(policy.text)
}

/** Whether a policy asks in CEL what an image stands on. */
export function asksBase({ policy }: Pick<Policy, 'policy'>): boolean {
  return policy?.language === 'cel' && /\bbase\b/.test(policy.text)
}

/** The ARNs of all KMS keys that policies name, each once, in order. */
export function kmsKeysOf(policies: readonly Policy[]): string[] {
  const arns = sigstoreAuthorities(policies).flatMap(({ demand: { signer } }) =>
    signer.kind === 'key' && 'kms' in signer.key ? [signer.key.kms] : [],
  )
  return [...new Set(arns)].sort()
}

/** Of what an installation trusts, that which policies refer to. */
export function trustNamedBy(
  policies: readonly Policy[],
  { roots, keys }: Pick<PolicySet, 'roots' | 'keys'>,
): Pick<PolicySet, 'roots' | 'keys'> {
  const names = new Set(sigstoreAuthorities(policies).map(({ demand }) => demand.root))
  const arns = new Set(kmsKeysOf(policies))
  return { roots: only(roots, names), keys: only(keys, arns) }
}

function only<T>(all: Readonly<Record<string, T>>, names: ReadonlySet<string>): Record<string, T> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.has(name)))
}
