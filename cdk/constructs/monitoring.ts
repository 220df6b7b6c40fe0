import { Duration } from 'aws-cdk-lib'
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2'
import { Alarm, type AlarmProps, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import { Construct } from 'constructs'
import { METRICS, TRUST_EVERY, TRUST_TOO_OLD } from '../../lambda/resources.ts'
import type { AssayFunction, FunctionName } from './assay-function.ts'
import type { DeadLetters } from './dead-letters.ts'
import type { QueueName, WorkQueue } from './work-queue.ts'

export type MonitoringProps = {
  /** Where alarms go. */
  readonly topic: ITopic
  readonly functions: Readonly<Record<FunctionName, AssayFunction>>
  readonly queues: Readonly<Record<QueueName, WorkQueue>>
  /** Dead letters by what they are of. */
  readonly deadLetters: Readonly<Record<string, DeadLetters>>
  readonly api: HttpApi
}

const SUM = { period: Duration.minutes(5), statistic: 'Sum' }
const MAXIMUM = { period: Duration.minutes(5), statistic: 'Maximum' }
/** Some of the API's 503 are other people's outages. */
const FAULTS_BORNE = 4

/** Tells the people who run Assay when it does not do its work. */
export class Monitoring extends Construct {
  readonly #topic: ITopic

  constructor(scope: Construct, id: string, { topic, functions, queues, deadLetters, api }: MonitoringProps) {
    super(scope, id)
    this.#topic = topic
    for (const [name, queue] of Object.entries(deadLetters)) {
      this.#alarm(`${name}DeadLetters`, {
        metric: queue.metricApproximateNumberOfMessagesVisible(MAXIMUM),
        threshold: 0,
        alarmDescription: `Assay: dead letters (${name}). A defect or a missing permission: read one, mend the cause, then redrive or purge`,
      })
    }
    for (const [name, { queue, longestWork }] of Object.entries(queues)) {
      this.#alarm(`${name}Late`, {
        metric: queue.metricApproximateAgeOfOldestMessage(MAXIMUM),
        threshold: longestWork.toSeconds(),
        alarmDescription: `Assay: a message waits in the ${name} queue for longer than all its tries take`,
      })
    }
    for (const [name, { handler }] of Object.entries(functions)) {
      this.#alarm(`${name}Errors`, {
        metric: handler.metricErrors(SUM),
        threshold: 0,
        alarmDescription: `Assay: the ${name} function crashed or ran out of time; its log says more`,
      })
    }
    this.#alarm('apiFaults', {
      metric: api.metricServerError(SUM),
      threshold: FAULTS_BORNE,
      alarmDescription: 'Assay: the API answers 5xx, so the gate says yes to nothing',
    })
    this.#alarm('sweepMissing', {
      metric: functions.sweep.handler.metricInvocations(SUM),
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
      alarmDescription: 'Assay: the sweep does not run, so deadlines pass and stuck work stays',
    })
    this.#alarm('trustTooOld', {
      metric: new Metric({
        namespace: METRICS.namespace,
        metricName: 'TrustAge',
        dimensionsMap: { service: METRICS.service },
        // A run can come a little late, or have to be left to the next
        period: Duration.seconds(6 * TRUST_EVERY),
        statistic: 'Maximum',
      }),
      threshold: TRUST_TOO_OLD,
      treatMissingData: TreatMissingData.BREACHING,
      alarmDescription:
        'Assay: a trusted root or public key could not be fetched for days, or the trust function does not run; what was fetched last is still used, and the log of the trust function says more',
    })
  }

  /** Goes off above the threshold, if not told otherwise. */
  #alarm(id: string, props: Omit<AlarmProps, 'evaluationPeriods'>): void {
    const alarm = new Alarm(this, id, {
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...props,
    })
    alarm.addAlarmAction(new SnsAction(this.#topic))
  }
}
