import { Duration } from 'aws-cdk-lib'
import { Alarm, ComparisonOperator, type IMetric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import { Construct } from 'constructs'
import type { AssayFunction, FunctionName } from './assay-function.ts'
import type { DeadLetters } from './dead-letters.ts'
import type { WorkQueue } from './work-queue.ts'

export type MonitoringProps = {
  /** Where alarms go. */
  readonly topic: ITopic
  readonly functions: Readonly<Record<FunctionName, AssayFunction>>
  readonly queues: readonly WorkQueue[]
  /** Dead letters of events and schedules. */
  readonly undelivered: readonly DeadLetters[]
  readonly api: HttpApi
}
const PERIOD = Duration.minutes(5)
