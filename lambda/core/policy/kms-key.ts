import { parseKmsArn } from './kms-arn.ts'

const AWS = 'awskms://'
const OTHERS = ['azurekms://', 'gcpkms://', 'hashivault://'] as const
const KNOWN = [AWS, 'azurekms://', 'hashivault://', 'gcpkms://'].join(' ')
const FORMAT = 'awskms:///arn:aws:kms:REGION:ACCOUNT:key/ID or awskms:///arn:aws:kms:REGION:ACCOUNT:alias/NAME'

/** Where a key in a KMS lies: in AWS by its ARN; `beyond`: where upstream would ask for it and nobody here can. */
export type KmsReference = { readonly arn: string } | { readonly beyond: string }

/** Reads the reference to a key in a KMS, as upstream writes it; a fault where it is none there, either. */
export function readKmsReference(reference: string): KmsReference | { readonly fault: string } {
  const other = OTHERS.find((scheme) => reference.startsWith(scheme))
  if (other !== undefined) {
    return { beyond: `keys of ${other} are not supported, only those of AWS KMS; put the public key itself in data` }
  }
  if (!reference.startsWith(AWS)) {
    const known = `should be prefixed by any of the supported providers: [${KNOWN}]`
    return { fault: `malformed KMS format, ${known}; here write ${FORMAT}` }
  }
  const rest = reference.slice(AWS.length)
  const slash = rest.indexOf('/')
  const host = rest.slice(0, Math.max(slash, 0))
  const arn = rest.slice(slash + 1)
  if (slash < 0 || parseKmsArn(arn) === undefined)
    return {
      fault: `kms key should be in the format awskms://[ENDPOINT]/[ID/ALIAS/ARN] (endpoint optional): write ${FORMAT}`,
    }
  // A policy that could name a host could have its keys answered from there.
  if (host !== '') return { beyond: `names the host "${host}"; keys come from AWS only: write ${AWS}/${arn}` }
  return { arn }
}
