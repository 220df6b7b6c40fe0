import { parseKmsArn } from './kms-arn.ts'

const AWS = 'awskms://'
const OTHERS = ['azurekms://', 'gcpkms://', 'hashivault://'] as const
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
  if (slash < 0 || parseKmsArn(arn) === undefined) return { fault: `kms key should be in the format ${FORMAT}` }
  // A policy that could name a host could have its keys answered from there.
  if (host !== '') return { fault: `names the host "${host}"; keys come from AWS only: write ${AWS}/${arn}` }
  return { arn }
}
