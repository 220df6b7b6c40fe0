import type { Policy } from './policy.ts'

const AWS = 'awskms://'
const OTHERS = ['azurekms://', 'gcpkms://', 'hashivault://'] as const
// https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id
const ACCOUNT = /arn:(?:aws|aws-cn|aws-us-gov):kms:[a-z]{2,8}(?:-[a-z]{1,16}){1,3}-[0-9]{1,2}:[0-9]{12}/
const KEY = /key\/(?:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|mrk-[0-9a-f]{32})/
const ALIAS = /alias\/[a-zA-Z0-9/_-]{1,250}/
const ARN = new RegExp(`^${ACCOUNT.source}:(?:${KEY.source}|${ALIAS.source})$`)
const FORMAT = 'awskms:///arn:aws:kms:REGION:ACCOUNT:key/ID or awskms:///arn:aws:kms:REGION:ACCOUNT:alias/NAME'

/** The ARN in the reference to a key of AWS KMS, as upstream writes it, or why there is none. */
export function readKmsReference(reference: string): { readonly arn: string } | { readonly fault: string } {
  const other = OTHERS.find((scheme) => reference.startsWith(scheme))
  if (other !== undefined) {
    return { fault: `keys of ${other} are not supported, only those of AWS KMS; put the public key itself in data` }
  }
  if (!reference.startsWith(AWS)) {
    return { fault: `malformed KMS format, should be prefixed by ${AWS}: write ${FORMAT}` }
  }
  const rest = reference.slice(AWS.length)
  const slash = rest.indexOf('/')
  const host = rest.slice(0, Math.max(slash, 0))
  const arn = rest.slice(slash + 1)
  if (slash < 0 || !ARN.test(arn)) return { fault: `kms key should be in the format ${FORMAT}` }
  // A policy that could name a host could have its keys answered from there.
  if (host !== '') return { fault: `names the host "${host}"; keys come from AWS only: write ${AWS}/${arn}` }
  return { arn }
}

/** The ARNs of all keys that policies name, each once, in order. */
export function kmsKeysOf(policies: readonly Policy[]): string[] {
  const arns = policies
    .flatMap(({ authorities }) => authorities)
    .flatMap((authority) =>
      authority.kind === 'sigstore' && authority.demand.signer.kind === 'key' && 'kms' in authority.demand.signer.key
        ? [authority.demand.signer.key.kms]
        : [],
    )
  return [...new Set(arns)].sort()
}
