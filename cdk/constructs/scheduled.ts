import { Duration, Stack } from 'aws-cdk-lib'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { CfnSchedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler'
import { Construct } from 'constructs'
import type { AssayFunction } from './assay-function.ts'
import { DeadLetters } from './dead-letters.ts'

export type ScheduledProps = {
  readonly function: AssayFunction
  readonly everySeconds: number
  readonly description: string
}

/** Starts a function again and again. A run that fails is not tried again: the next one finds the same work. */
export class Scheduled extends Construct {
  readonly deadLetters: DeadLetters

  constructor(scope: Construct, id: string, { function: target, everySeconds, description }: ScheduledProps) {
    super(scope, id)
    const { handler } = target
    this.deadLetters = new DeadLetters(this, 'DeadLetters')
    handler.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.seconds(everySeconds) })
    const conditions = { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } }
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com', { conditions }) })
    role.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [handler.functionArn] }),
    )
    this.deadLetters.grant(role, 'sqs:SendMessage')
    // The construct of a higher level would let the role call every version of the function
    new CfnSchedule(this, 'Schedule', {
      description,
      flexibleTimeWindow: { mode: 'OFF' },
      scheduleExpression: ScheduleExpression.rate(Duration.seconds(everySeconds)).expressionString,
      target: {
        arn: handler.functionArn,
        roleArn: role.roleArn,
        retryPolicy: { maximumRetryAttempts: 0 },
        deadLetterConfig: { arn: this.deadLetters.queueArn },
      },
    })
  }
}
