import { CfnOutput, Stack } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { ENV } from '../lambda/env.ts'
import type { AssayConfig } from './config.ts'
import { Alerting } from './constructs/alerting.ts'
import { AssayFunction, type FunctionName } from './constructs/assay-function.ts'
import { Evidence } from './constructs/evidence.ts'
import { Intake } from './constructs/intake.ts'
import { Monitoring } from './constructs/monitoring.ts'
import { Registries } from './constructs/registries.ts'
import { StatusApi } from './constructs/status-api.ts'
import { StatusTable } from './constructs/status-table.ts'
import { Sweeping } from './constructs/sweeping.ts'
import { WorkQueue } from './constructs/work-queue.ts'

/** Batches worked off at once. ECR takes 10 PutImage a second of an account, so acting is kept slow. */
const CONCURRENCY = { verify: 20, act: 2 }

/** The whole of Assay. What each function may do stands here, and nowhere else. */
export class AssayStack extends Stack {
  constructor(scope: Construct, id: string, config: AssayConfig) {
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

    queues.verify.feed(verify, CONCURRENCY.verify)
    registries.grant(verify, 'BatchGetImage', 'DescribeImages', 'GetDownloadUrlForLayer')
    table.grant(verify, { items: ['GetItem', 'PutItem'], indexes: ['tags'] })
    evidence.grantPut(verify)
    queues.verify.grantSend(verify)
    queues.act.grantSend(verify)

    queues.act.feed(act, CONCURRENCY.act)
    registries.grant(act, 'BatchGetImage', 'DescribeImages', 'PutImage', 'BatchDeleteImage')
    table.grant(act, { items: ['GetItem', 'PutItem'], indexes: ['tags'] })
    evidence.grantPut(act)
    alerting.grantPublish(act)

    registries.nameTo(sweep)
    table.grant(sweep, { items: ['GetItem', 'PutItem'], indexes: ['due', 'recent'] })
    queues.verify.grantSend(sweep)
    queues.act.grantSend(sweep)

    registries.grant(api, 'DescribeImages')
    table.grant(api, { items: ['GetItem', 'Query'], indexes: ['recent', 'repository'] })
    api.allow({
      actions: ['lambda:InvokeFunction'],
      resources: [verify.handler.functionArn],
      environment: { [ENV.verifyFunction]: verify.handler.functionName },
    })

    const intake = new Intake(this, 'Intake', { queue: queues.verify.queue, registries: registries.watched })
    const sweeping = new Sweeping(this, 'Sweeping', sweep)
    const statusApi = new StatusApi(this, 'StatusApi', api)
    new Monitoring(this, 'Monitoring', {
      topic: alerting.operations,
      functions: { verify, act, sweep, api },
      queues,
      deadLetters: {
        verify: queues.verify.deadLetters,
        act: queues.act.deadLetters,
        intake: intake.deadLetters,
        sweeping: sweeping.deadLetters,
      },
      api: statusApi.api,
    })

    new CfnOutput(this, 'ApiUrl', { value: statusApi.api.apiEndpoint })
    new CfnOutput(this, 'AlertTopic', { value: alerting.alerts.topicArn })
    new CfnOutput(this, 'VerifyRole', { value: verify.role.roleArn })
    new CfnOutput(this, 'ActRole', { value: act.role.roleArn })
  }
}
