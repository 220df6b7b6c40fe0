import { RemovalPolicy, Validations } from 'aws-cdk-lib'
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway'
import {
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers'
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { NAMED_ROUTES } from '../../lambda/resources.ts'
import type { AssayFunction } from './assay-function.ts'

/** Requests a second over all callers, and how many at once after a pause. */
const THROTTLE = { rateLimit: 50, burstLimit: 100 }

/**
 * The status API: signed requests of IAM principals that may `execute-api:Invoke`; only /healthz is open.
 * What changes something in a person's name is a route of its own, for which `$default` gives no permission.
 */
export class StatusApi extends Construct {
  readonly api: HttpApi

  constructor(scope: Construct, id: string, { handler }: AssayFunction) {
    super(scope, id)
    const integration = new HttpLambdaIntegration('Function', handler)
    this.api = new HttpApi(this, 'Api', {
      apiName: 'assay',
      description: 'Assay: status of images, and whether they may be deployed',
      defaultAuthorizer: new HttpIamAuthorizer(),
      defaultIntegration: integration,
      createDefaultStage: false,
    })
    const [healthz] = this.api.addRoutes({
      path: '/healthz',
      methods: [HttpMethod.GET],
      integration,
      authorizer: new HttpNoneAuthorizer(),
    })
    for (const { method, path } of NAMED_ROUTES) {
      this.api.addRoutes({ path, methods: [HttpMethod[method]], integration })
    }
    this.#stage()
    if (healthz !== undefined)
      Validations.of(healthz).acknowledge({ id: 'AwsSolutions-APIG4', reason: 'It only says that the function runs' })
  }

  #stage(): void {
    const accessLog = new LogGroup(this, 'AccessLog', {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      autoDeploy: true,
      throttle: THROTTLE,
      accessLogSettings: {
        destination: new LogGroupLogDestination(accessLog),
        format: AccessLogFormat.custom(
          JSON.stringify({
            requestId: '$context.requestId',
            time: '$context.requestTime',
            caller: '$context.identity.userArn',
            sourceIp: '$context.identity.sourceIp',
            method: '$context.httpMethod',
            path: '$context.path',
            status: '$context.status',
            latency: '$context.responseLatency',
            error: '$context.error.message',
          }),
        ),
      },
    })
  }
}
