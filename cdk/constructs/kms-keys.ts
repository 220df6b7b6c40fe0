import { Construct } from 'constructs'
import { parseKmsArn } from '../../lambda/core/policy/kms-arn.ts'
import type { AssayFunction } from './assay-function.ts'

/** The keys of AWS KMS that policies name. Those of another account must also admit the role in their key policies. */
export class KmsKeys extends Construct {
  readonly #arns: readonly string[]

  constructor(scope: Construct, id: string, arns: readonly string[]) {
    super(scope, id)
    this.#arns = arns
  }

  /** Lets a function read the public halves of just these. */
  grantGetPublicKey(user: AssayFunction): void {
    for (const arn of this.#arns) {
      const named = parseKmsArn(arn)
      if (named === undefined) throw new Error(`a policy names ${arn}, which is not the ARN of an AWS KMS key or alias`)
      const { partition, region, account, kind, id } = named
      const actions = ['kms:GetPublicKey']
      if (kind === 'key') user.allow({ actions, resources: [arn] })
      else
        user.allow({
          actions,
          // IAM knows keys by their ids only; the condition lets in what was asked for by this alias
          resources: [`arn:${partition}:kms:${region}:${account}:key/*`],
          conditions: { StringEquals: { 'kms:RequestAlias': `alias/${id}` } },
          because: 'A policy names an alias, which may be moved to another key; the condition admits only that alias',
        })
    }
  }
}
