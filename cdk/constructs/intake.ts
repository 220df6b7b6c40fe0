import { Stack } from 'aws-cdk-lib'
import { CfnEventBusPolicy, Rule } from 'aws-cdk-lib/aws-events'
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets'
import { AccountPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { sources } from '../../lambda/sources/index.ts'
import type { EventRegistry } from '../../lambda/sources/source.ts'
import { DeadLetters } from './dead-letters.ts'

export type IntakeProps = {
  readonly queue: IQueue
  readonly registries: readonly EventRegistry[]
}

/** Brings the events of registries to a queue: one rule for each source that comes by EventBridge. */
export class Intake extends Construct {
  /** Events that could not be put on the queue. */
  readonly deadLetters: DeadLetters

  constructor(scope: Construct, id: string, { queue, registries }: IntakeProps) {
    super(scope, id)
    this.deadLetters = new DeadLetters(this, 'DeadLetters')
    for (const { name, arrives } of sources) {
      if (arrives.by !== 'eventbridge') continue
      const { source, 'detail-type': detailType } = arrives.pattern
      new Rule(this, name, {
        description: `Assay: events of ${name}`,
        eventPattern: { source: [...source], detailType: [...detailType] },
        targets: [new SqsQueue(queue, { deadLetterQueue: this.deadLetters })],
      })
    }
    this.#admitOthers(new Set(registries.map(({ account }) => account)))
  }

  /** Lets other accounts whose registries we watch hand on their events. They cannot make up those of AWS: `aws.` sources are refused. */
  #admitOthers(accounts: ReadonlySet<string>): void {
    const stack = Stack.of(this)
    for (const account of accounts) {
      if (account === stack.account) continue
      const statement = new PolicyStatement({
        principals: [new AccountPrincipal(account)],
        actions: ['events:PutEvents'],
        resources: [stack.formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' })],
      })
      new CfnEventBusPolicy(this, account, {
        statementId: `assay-${account}`,
        statement: statement.toStatementJson(),
      })
    }
  }
}
