/** A key or an alias in AWS KMS, by its full ARN. */
export type KmsArn = {
  readonly partition: string
  readonly region: string
  readonly account: string
  readonly kind: 'key' | 'alias'
  readonly id: string
}

// https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id
const PLACE = /(aws|aws-cn|aws-us-gov):kms:([a-z]{2,8}(?:-[a-z]{1,16}){1,3}-[0-9]{1,2}):([0-9]{12})/
const KEY = /(key)\/([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|mrk-[0-9a-f]{32})/
const ALIAS = /(alias)\/([a-zA-Z0-9/_-]{1,250})/
const FORMS = [KEY, ALIAS].map((form) => new RegExp(`^arn:${PLACE.source}:${form.source}$`))

/** The parts of an ARN; undefined where it is none of a key or alias. */
export function parseKmsArn(arn: string): KmsArn | undefined {
  const [, partition = '', region = '', account = '', kind, id = ''] = FORMS.flatMap((form) => form.exec(arn) ?? [])
  return kind === 'key' || kind === 'alias' ? { partition, region, account, kind, id } : undefined
}
