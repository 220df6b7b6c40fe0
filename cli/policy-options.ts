import { readFile } from 'node:fs/promises'
import { BadInput } from '../lambda/core/bad-input.ts'
import { DEFAULT_ROOT, type PolicySet, type TrustedRoots } from '../lambda/core/policy/policy.ts'
import { readPolicies, readPolicyText } from '../lambda/policies.ts'
import { publicGoodRoot } from '../lambda/trust/public-good.ts'

/** How a person says on the command line what an image must meet. */
export type PolicyOptions = {
  readonly policy?: readonly string[]
  readonly trustedRoot?: string
  readonly key?: string
  readonly certificateIdentity?: string
  readonly certificateOidcIssuer?: string
}

/** The policies to judge by: files, or one made from a key or an identity. */
export async function readPolicyOptions(options: PolicyOptions): Promise<PolicySet> {
  const roots = await rootsOf(options)
  const authority = await authorityOf(options)
  if (options.policy !== undefined) {
    if (authority !== undefined) throw new BadInput('give --policy, or a key or identity, not both')
    return readPolicies(options.policy, { roots })
  }
  if (authority === undefined) {
    throw new BadInput(
      'say what to verify against: --policy FILE, --key FILE, or --certificate-identity with --certificate-oidc-issuer',
    )
  }
  const policy = {
    apiVersion: 'assay.dev/v1alpha1',
    kind: 'VerificationPolicy',
    metadata: { name: 'command-line' },
    spec: { images: [{ glob: '**' }], authorities: [authority] },
  }
  return readPolicyText('command line', JSON.stringify(policy), { roots })
}

async function rootsOf({ trustedRoot }: PolicyOptions): Promise<TrustedRoots> {
  if (trustedRoot === undefined) return { [DEFAULT_ROOT]: publicGoodRoot() }
  try {
    return { [DEFAULT_ROOT]: JSON.parse(await text('--trusted-root', trustedRoot)) as unknown }
  } catch (error) {
    if (error instanceof BadInput) throw error
    throw new BadInput(`--trusted-root ${trustedRoot} is not JSON: give a Sigstore trusted_root.json`)
  }
}

async function authorityOf({ key, certificateIdentity, certificateOidcIssuer }: PolicyOptions) {
  const asksIdentity = certificateIdentity !== undefined || certificateOidcIssuer !== undefined
  if (key !== undefined && asksIdentity) throw new BadInput('give --key or a certificate identity, not both')
  if (key !== undefined) return { name: 'key', key: { data: await text('--key', key) } }
  if (!asksIdentity) return undefined
  if (certificateIdentity === undefined || certificateOidcIssuer === undefined) {
    throw new BadInput('--certificate-identity and --certificate-oidc-issuer are needed together')
  }
  return { name: 'keyless', keyless: { identities: [{ subject: certificateIdentity, issuer: certificateOidcIssuer }] } }
}

async function text(option: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new BadInput(`${option} ${path} could not be read: ${String(cause)}`)
  }
}
