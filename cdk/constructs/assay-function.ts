import { join } from 'node:path'
import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, LoggingFormat, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda'
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { flattenCfnReference } from 'cdk-nag/lib/utils/flatten-cfn-reference.js'
import { Construct } from 'constructs'
import { ENV } from '../../lambda/env.ts'
import { FUNCTIONS } from '../../lambda/resources.ts'
import { BUNDLED_POLICIES, bundling } from '../bundling.ts'
import { ROOT } from '../root.ts'

export type FunctionName = keyof typeof FUNCTIONS

export type AssayFunctionProps = {
  readonly name: FunctionName
  /** Folder of policy files, bundled with the function. */
  readonly policies: string
  readonly reservedConcurrency?: number
}

/** What a function may do with a resource, and the environment that names it: one is of no use without the other. */
export type Permission = {
  readonly actions: readonly string[]
  readonly resources: readonly string[]
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
  readonly environment?: Readonly<Record<string, string>>
  /** Why some of the resources are patterns. */
  readonly because?: string
}

/** A function as resources.ts names it. Of itself it may write its own log and traces; all else is given to it by `allow`. */
export class AssayFunction extends Construct {
  readonly handler: NodejsFunction
  readonly role: Role

  constructor(scope: Construct, id: string, { name, policies, reservedConcurrency }: AssayFunctionProps) {
    super(scope, id)
    const { entry, timeout, memory } = FUNCTIONS[name]
    const logGroup = new LogGroup(this, 'Log', {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    // The role that CDK would make may write every log of the account
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
    logGroup.grantWrite(this.role)
    this.handler = new NodejsFunction(this, 'Function', {
      entry: join(ROOT, entry),
      projectRoot: ROOT,
      depsLockFilePath: join(ROOT, 'package-lock.json'),
      bundling: bundling(policies),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: Duration.seconds(timeout),
      memorySize: memory,
      reservedConcurrentExecutions: reservedConcurrency,
      role: this.role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      tracing: Tracing.ACTIVE,
      environment: { [ENV.policies]: BUNDLED_POLICIES },
    })
    this.#acknowledge('*', 'X-Ray takes traces (PutTraceSegments, PutTelemetryRecords) without a resource to name')
  }

  allow({ actions, resources, conditions, environment = {}, because }: Permission): void {
    this.role.addToPrincipalPolicy(
      new PolicyStatement({ actions: [...actions], resources: [...resources], ...(conditions && { conditions }) }),
    )
    for (const [name, value] of Object.entries(environment)) this.handler.addEnvironment(name, value)
    if (because !== undefined) for (const resource of resources) this.#acknowledge(resource, because)
  }

  #acknowledge(resource: string, reason: string): void {
    const shown = flattenCfnReference(Stack.of(this).resolve(resource))
    Validations.of(this.role).acknowledge({ id: `AwsSolutions-IAM5[Resource::${shown}]`, reason })
  }
}
