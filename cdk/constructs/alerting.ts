import { RemovalPolicy, Stack } from 'aws-cdk-lib'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Key } from 'aws-cdk-lib/aws-kms'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import { Construct } from 'constructs'
import { ENV } from '../../lambda/env.ts'
import type { AssayFunction } from './assay-function.ts'

export type AlertingProps = {
  readonly alertEmails: readonly string[]
  readonly operationsEmails: readonly string[]
}

/** What a publisher needs of the key that a topic is encrypted with. */
const KEY_USE = ['kms:Decrypt', 'kms:GenerateDataKey']

/** Two topics: of images, for those who answer for them; of Assay itself, for those who run it. */
export class Alerting extends Construct {
  readonly alerts: Topic
  readonly operations: Topic
  readonly #key: Key

  constructor(scope: Construct, id: string, { alertEmails, operationsEmails }: AlertingProps) {
    super(scope, id)
    // A key of our own: CloudWatch alarms cannot use the one that AWS keeps for SNS. Topics keep nothing, so it may go with them
    this.#key = new Key(this, 'Key', {
      description: 'Assay: its topics',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    this.alerts = this.#topic('Alerts', 'Assay: images', alertEmails)
    this.operations = this.#topic('Operations', 'Assay: operations', operationsEmails)
    this.#admitAlarms()
  }

  /** Lets a function tell people about images. */
  grantPublish(publisher: AssayFunction): void {
    const environment = { [ENV.topicArn]: this.alerts.topicArn }
    publisher.allow({ actions: ['sns:Publish'], resources: [this.alerts.topicArn], environment })
    publisher.allow({ actions: KEY_USE, resources: [this.#key.keyArn] })
  }

  #topic(id: string, displayName: string, emails: readonly string[]): Topic {
    const topic = new Topic(this, id, { displayName, masterKey: this.#key, enforceSSL: true })
    for (const email of emails) topic.addSubscription(new EmailSubscription(email))
    return topic
  }

  #admitAlarms(): void {
    const principals = [new ServicePrincipal('cloudwatch.amazonaws.com')]
    const conditions = { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } }
    const { topicArn } = this.operations
    this.operations.addToResourcePolicy(
      new PolicyStatement({ actions: ['sns:Publish'], resources: [topicArn], principals, conditions }),
    )
    this.#key.addToResourcePolicy(new PolicyStatement({ actions: KEY_USE, resources: ['*'], principals, conditions }))
  }
}
