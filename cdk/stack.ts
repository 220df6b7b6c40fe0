import { CfnOutput, Stack } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { ENV } from '../lambda/env.ts'
import { ACTING, SWEEP_EVERY, TRUST_EVERY } from '../lambda/resources.ts'
import type { AssayConfig } from './config.ts'
import { Alerting } from './constructs/alerting.ts'
import { AssayFunction, type FunctionName } from './constructs/assay-function.ts'
import { Evidence } from './constructs/evidence.ts'
import { grantRedrive } from './constructs/grant-redrive.ts'
import { Intake } from './constructs/intake.ts'
import { KmsKeys } from './constructs/kms-keys.ts'
import { Monitoring } from './constructs/monitoring.ts'
import { Registries } from './constructs/registries.ts'
import { Scheduled } from './constructs/scheduled.ts'
import { StatusApi } from './constructs/status-api.ts'
import { StatusTable } from './constructs/status-table.ts'
import { WorkQueue } from './constructs/work-queue.ts'

/** Batches worked off at once. */
const CONCURRENCY = { verify: 20, act: ACTING.concurrency }

export type AssayStackProps = AssayConfig & {
  /** ARNs of the AWS KMS keys and aliases that the policies name. */
  readonly kmsArns: readonly string[]
}

/** The whole of Assay. What each function may do stands here, and nowhere else. */
export class AssayStack extends Stack {
  constructor(scope: Construct, id: string, config: AssayStackProps) {
    super(scope, id, { description: 'Assay: verifies container images the moment they are pushed' })
    const registries = new Registries(this, 'Registries', config)
    const table = new StatusTable(this, 'Status')
    const evidence = new Evidence(this, 'Evidence')
    const alerting = new Alerting(this, 'Alerting', config)
    const queues = { verify: new WorkQueue(this, 'VerifyQueue', 'verify'), act: new WorkQueue(this, 'ActQueue', 'act') }
    const make = (functionId: string, name: FunctionName) =>
      new AssayFunction(this, functionId, {
        name,
        policies: config.policies,
        reservedConcurrency: config.reservedConcurrency[name],
      })
    const verify = make('Verify', 'verify')
    const act = make('Act', 'act')
    const sweep = make('Sweep', 'sweep')
    const api = make('Api', 'api')
    const trust = make('Trust', 'trust')

    queues.verify.feed(verify, CONCURRENCY.verify)
    registries.grant(verify, 'BatchGetImage', 'DescribeImages', 'GetDownloadUrlForLayer')
    registries.grantLogins(verify)
    table.grant(verify, { items: ['GetItem', 'BatchGetItem', 'PutItem'], indexes: ['tags'] })
    evidence.grantPut(verify)
    evidence.grantGet(verify)
    queues.verify.grantSend(verify)
    queues.act.grantSend(verify)

    queues.act.feed(act, CONCURRENCY.act)
    registries.grant(act, 'BatchGetImage', 'DescribeImages', 'PutImage', 'BatchDeleteImage', 'UpdateImageStorageClass')
    registries.grantSelfTest(act)
    table.grant(act, { items: ['GetItem', 'PutItem', 'Query'], indexes: ['repository', 'tags'] })
    queues.verify.grantSend(act)
    evidence.grantPut(act)
    alerting.grantPublish(act)

    registries.grant(sweep, 'BatchGetImage', 'DescribeImages', 'ListImages')
    registries.grantList(sweep)
    registries.grantLogins(sweep)
    table.grant(sweep, { items: ['GetItem', 'PutItem'], indexes: ['bases', 'due', 'recent', 'repository', 'tags'] })
    queues.verify.grantSend(sweep)
    queues.act.grantSend(sweep)

    registries.grant(api, 'DescribeImages')
    registries.grantLogins(api)
    table.grant(api, { items: ['GetItem', 'Query'], indexes: ['recent', 'repository', 'tags', 'taken', 'waivers'] })
    table.grantPutByPeople(api)
    queues.act.grantSend(api)
    for (const [name, { handler }] of [
      [ENV.verifyFunction, verify],
      [ENV.actFunction, act],
    ] as const) {
      const environment = { [name]: handler.functionName }
      api.allow({ actions: ['lambda:InvokeFunction'], resources: [handler.functionArn], environment })
    }

    table.grant(trust, { items: ['GetItem', 'PutItem'], indexes: [] })
    new KmsKeys(this, 'KmsKeys', config.kmsArns).grantGetPublicKey(trust)

    const intake = new Intake(this, 'Intake', { queue: queues.verify.queue, registries: registries.watched })
    grantRedrive(api, {
      verify: { dead: queues.verify.deadLetters, target: queues.verify.queue },
      act: { dead: queues.act.deadLetters, target: queues.act.queue },
      intake: { dead: intake.deadLetters, target: queues.verify.queue },
    })
    const sweeping = new Scheduled(this, 'Sweeping', {
      function: sweep,
      everySeconds: SWEEP_EVERY,
      description: 'Assay: the sweep',
    })
    const refreshing = new Scheduled(this, 'Refreshing', {
      function: trust,
      everySeconds: TRUST_EVERY,
      description: 'Assay: fetches trusted roots and public keys',
    })
    const statusApi = new StatusApi(this, 'StatusApi', api)
    new Monitoring(this, 'Monitoring', {
      topic: alerting.operations,
      functions: { verify, act, sweep, api, trust },
      queues,
      deadLetters: {
        verify: queues.verify.deadLetters,
        act: queues.act.deadLetters,
        intake: intake.deadLetters,
        sweeping: sweeping.deadLetters,
        refreshing: refreshing.deadLetters,
      },
      api: statusApi.api,
    })

    new CfnOutput(this, 'ApiUrl', { value: statusApi.api.apiEndpoint })
    new CfnOutput(this, 'AlertTopic', { value: alerting.alerts.topicArn })
    new CfnOutput(this, 'EvidenceBucket', { value: evidence.bucket.bucketName })
    new CfnOutput(this, 'TrustFunction', { value: trust.handler.functionName })
    new CfnOutput(this, 'VerifyRole', { value: verify.role.roleArn })
    new CfnOutput(this, 'ActRole', { value: act.role.roleArn })
    new CfnOutput(this, 'SweepRole', { value: sweep.role.roleArn })
  }
}
