import { readFile } from 'node:fs/promises'
import { Option } from 'commander'
import { BadInput } from '../lambda/core/bad-input.ts'
import { kmsKeysOf } from '../lambda/core/policy/authorities.ts'
import { DEFAULT_ROOT, type PolicySet, type TrustedRoots } from '../lambda/core/policy/policy.ts'
import { readPolicies, readPolicyText } from '../lambda/policies.ts'
import { publicGoodRoot } from '../lambda/trust/public-good.ts'

/** How a person says on the command line what an image must meet. */
export type PolicyOptions = {
  readonly policy?: readonly string[]
  /** `FILE`, or `NAME=FILE` for a root that policies name. */
  readonly trustedRoot?: readonly string[]
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
    return withFetched(options.policy, roots)
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

/** Policies may name TUF mirrors and keys of AWS KMS: these are fetched, and the policies read again with them. */
async function withFetched(paths: readonly string[], roots: TrustedRoots): Promise<PolicySet> {
  const policies = await readPolicies(paths, { roots })
  if (policies.mirrors.length === 0 && kmsKeysOf(policies.policies).length === 0) return policies
  // Loaded only here: no other command needs a TUF client
  const { fetchTrust } = await import('./fetch-trust.ts')
  const fetched = await fetchTrust(policies)
  return readPolicies(paths, { roots, fetched: fetched.roots, keys: fetched.keys })
}

/** `--trusted-root`, as often as there are roots. */
export function trustedRootOption(): Option {
  const text = 'trusted_root.json in place of the public-good Sigstore, or for a root that policies name'
  return new Option('--trusted-root <[name=]file>', text).argParser(collect)
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}

/** The trusted roots that policies may name without declaring them: public Sigstore, and what is given. */
export async function rootsOf({ trustedRoot = [] }: Pick<PolicyOptions, 'trustedRoot'>): Promise<TrustedRoots> {
  const roots: Record<string, unknown> = { [DEFAULT_ROOT]: publicGoodRoot() }
  for (const option of trustedRoot) {
    const [, name = DEFAULT_ROOT, path = option] = /^([a-z0-9-]+)=(.+)$/.exec(option) ?? []
    roots[name] = json(path, await text('--trusted-root', path))
  }
  return roots
}

function json(path: string, content: string): unknown {
  try {
    return JSON.parse(content) as unknown
  } catch {
    throw new BadInput(`--trusted-root ${path} is not JSON: give a Sigstore trusted_root.json`)
  }
}

async function authorityOf({ key, certificateIdentity, certificateOidcIssuer }: PolicyOptions) {
  const asksIdentity = certificateIdentity !== undefined || certificateOidcIssuer !== undefined
  if (key !== undefined && asksIdentity) throw new BadInput('give --key or a certificate identity, not both')
  if (key !== undefined) return { name: 'key', key: { data: publicKey(key, await text('--key', key)) } }
  if (!asksIdentity) return undefined
  if (certificateIdentity === undefined || certificateOidcIssuer === undefined) {
    throw new BadInput('--certificate-identity and --certificate-oidc-issuer are needed together')
  }
  return { name: 'keyless', keyless: { identities: [{ subject: certificateIdentity, issuer: certificateOidcIssuer }] } }
}

function publicKey(path: string, pem: string): string {
  if (pem.includes('-----BEGIN PUBLIC KEY-----')) return pem
  throw new BadInput(`--key ${path} is not a public key: it must be PEM, beginning with -----BEGIN PUBLIC KEY-----`)
}

async function text(option: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new BadInput(`${option} ${path} could not be read: ${String(cause)}`)
  }
}
