import { RemovalPolicy, Stack } from 'aws-cdk-lib'
import { CfnPullTimeUpdateExclusion, Repository } from 'aws-cdk-lib/aws-ecr'
import { Construct } from 'constructs'
import { SELF_TEST_REPOSITORY } from '../../lambda/core/tags.ts'
import { ENV } from '../../lambda/env.ts'
import type { EventRegistry } from '../../lambda/sources/source.ts'
import type { AssayConfig } from '../config.ts'
import type { AssayFunction } from './assay-function.ts'

export type EcrAction =
  | 'BatchDeleteImage'
  | 'BatchGetImage'
  | 'DescribeImages'
  | 'GetDownloadUrlForLayer'
  | 'ListImages'
  | 'PutImage'
  | 'UpdateImageStorageClass'

/** What the self-test does in its own repository: push the smallest image, and try how tags are removed. */
const SELF_TEST = [
  'BatchDeleteImage',
  'BatchGetImage',
  'CompleteLayerUpload',
  'DescribeImages',
  'InitiateLayerUpload',
  'PutImage',
  'UploadLayerPart',
]

/** The ECR registries that this installation watches. Another account's must also admit our roles in its repository policies. */
export class Registries extends Construct {
  readonly watched: readonly EventRegistry[]
  readonly #repositories: readonly string[]
  readonly #bases: AssayConfig['baseRegistries']

  constructor(
    scope: Construct,
    id: string,
    config: Pick<AssayConfig, 'registries' | 'baseRegistries' | 'repositories'>,
  ) {
    super(scope, id)
    const stack = Stack.of(this)
    this.watched = config.registries.map(({ account = stack.account, region = stack.region, host }) => ({
      host: host ?? `${account}.dkr.ecr.${region}.${stack.urlSuffix}`,
      account,
      region,
    }))
    this.#repositories = config.repositories
    this.#bases = config.baseRegistries
  }

  /** Lets a function do just these things in the repositories of the configuration. */
  grant(user: AssayFunction, ...actions: readonly EcrAction[]): void {
    user.allow({
      actions: actions.map((action) => `ecr:${action}`),
      resources: this.#arns(this.#repositories),
      environment: { [ENV.registries]: Stack.of(this).toJsonString([...this.watched, ...this.#entries()]) },
      because: 'The configuration names the repositories by patterns: those that come later are watched as well',
    })
    if (actions.includes('BatchGetImage')) this.#excludeFromPullTimes(user)
  }

  /** Lets a function read the logins for registries of bases. */
  grantLogins(user: AssayFunction): void {
    const secrets = this.#bases.flatMap(({ secret }) => secret ?? [])
    if (secrets.length > 0) user.allow({ actions: ['secretsmanager:GetSecretValue'], resources: secrets })
  }

  /** Makes the self-test's repository where it can (another account's, or Region's, is made there), and lets a function use it. */
  grantSelfTest(user: AssayFunction): void {
    const stack = Stack.of(this)
    if (this.watched.some(({ account, region }) => account === stack.account && region === stack.region)) {
      new Repository(this, 'SelfTest', {
        repositoryName: SELF_TEST_REPOSITORY,
        removalPolicy: RemovalPolicy.DESTROY,
        emptyOnDelete: true,
      })
    }
    const resources = this.watched.map(({ account, region }) =>
      stack.formatArn({ service: 'ecr', resource: 'repository', resourceName: SELF_TEST_REPOSITORY, account, region }),
    )
    user.allow({ actions: SELF_TEST.map((action) => `ecr:${action}`), resources })
  }

  /** Lets a function find out which repositories there are, and tells it which of them are watched. */
  grantList(user: AssayFunction): void {
    user.allow({
      actions: ['ecr:DescribeRepositories'],
      resources: this.#arns(['*']),
      environment: { [ENV.repositories]: JSON.stringify(this.#repositories) },
      because: 'Only who may describe every repository can list them: their names, and nothing of their content',
    })
  }

  #entries(): readonly object[] {
    return this.#bases.map(({ host, secret }) => ({ host, oci: { bases: true, ...(secret && { secret }) } }))
  }

  #arns(repositories: readonly string[]): readonly string[] {
    return this.watched.flatMap(({ account, region }) =>
      repositories.map((resourceName) =>
        Stack.of(this).formatArn({ service: 'ecr', resource: 'repository', resourceName, account, region }),
      ),
    )
  }

  /** Our reading is no use of an image: else lifecycle rules that go by the last pull would keep every image. */
  #excludeFromPullTimes(reader: AssayFunction): void {
    new CfnPullTimeUpdateExclusion(this, `${reader.node.id}Pulls`, { principalArn: reader.role.roleArn })
  }
}
