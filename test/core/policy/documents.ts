import { formatProblem } from '../../../lambda/core/policy/format-problem.ts'
import { type LoadOptions, loadPolicies } from '../../../lambda/core/policy/load.ts'
import type { Enforcement, Policy, PolicySet } from '../../../lambda/core/policy/policy.ts'

export const PUBLIC_KEY = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8OF8jqpUjci9CFYcE4nPx2YQtqt2
Y4q0GqB+O5FckL3YK0Qv4dSF5wEVCfWfei5OV0bEE/pjHL19qWnCzcWkkA==
-----END PUBLIC KEY-----
`

/** A document of one kind; its `spec:` is line 5 and the lines given follow it, two spaces in. */
export function documentOf(kind: string, spec: string, name = 'sample'): string {
  const group = kind === 'ClusterImagePolicy' ? 'policy.sigstore.dev/v1beta1' : 'assay.dev/v1alpha1'
  const body = spec.replace(/^(?=.)/gm, '  ')
  return `apiVersion: ${group}\nkind: ${kind}\nmetadata:\n  name: ${name}\nspec:\n${body}\n`
}

/** The lines of text that loading one file gives. */
export function problemsIn(text: string, options?: LoadOptions): string[] {
  return loadPolicies([{ path: 'p.yaml', text }], options).problems.map(formatProblem)
}

/** The set of files without a mistake; they may be warned of. */
export function setOf(...texts: string[]): PolicySet {
  const { set, problems } = loadPolicies(texts.map((text, index) => ({ path: `${index}.yaml`, text })))
  const errors = problems.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new Error(errors.map(formatProblem).join('\n'))
  return set
}

/** A VerificationPolicy for `ghcr.io/acme/**` with one authority, compiled. */
export function policyWith(authority: string, options?: LoadOptions): Policy {
  const spec = `images: [{ glob: "ghcr.io/acme/**" }]\nauthorities:\n- ${authority.replaceAll('\n', '\n  ')}`
  const { set } = loadPolicies([{ path: 'p.yaml', text: documentOf('VerificationPolicy', spec) }], options)
  return set.policies[0]!
}

export function enforcementWith(spec: string, name = 'sample'): Enforcement {
  return setOf(documentOf('Enforcement', spec, name)).enforcements[0]!
}
