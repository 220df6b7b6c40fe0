/** A key or an alias in AWS KMS, by its full ARN. */
export type KmsArn = {
  readonly partition: string
  readonly region: string
  readonly account: string
  readonly kind: 'key' | 'alias'
  readonly id: string
}

// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html
const ARN = /^arn:(aws[a-z-]*):kms:([a-z0-9-]{1,32}):(\d{12}):(key|alias)\/([A-Za-z0-9/_-]{1,250})$/

/** The parts of an ARN; undefined where it is none of a key or alias. */
export function parseKmsArn(arn: string): KmsArn | undefined {
  const [, partition = '', region = '', account = '', kind, id = ''] = ARN.exec(arn) ?? []
  return kind === 'key' || kind === 'alias' ? { partition, region, account, kind, id } : undefined
}
