import { expect, it } from 'vitest'
import { resourcesOf, stackOf } from './synthesized.ts'

const resources = resourcesOf(stackOf())
const ofType = (type: string) => resources.filter(([, { Type }]) => Type === type).map(([, one]) => one.Properties)

it('asks for a signed request everywhere but for the health of the function', () => {
  const routes = ofType('AWS::ApiGatewayV2::Route').map(({ RouteKey, AuthorizationType }) => [
    RouteKey,
    AuthorizationType,
  ])
  // Those of its own take a permission that `$default` does not give
  expect(Object.fromEntries(routes)).toEqual({
    $default: 'AWS_IAM',
    'POST /v1/releases': 'AWS_IAM',
    'DELETE /v1/waivers': 'AWS_IAM',
    'POST /v1/operations/disarm': 'AWS_IAM',
    'POST /v1/operations/arm': 'AWS_IAM',
    'POST /v1/operations/resume': 'AWS_IAM',
    'POST /v1/undo': 'AWS_IAM',
    'POST /v1/redrive': 'AWS_IAM',
    'POST /v1/self-tests': 'AWS_IAM',
    'GET /healthz': 'NONE',
  })
})

it('is throttled and logs who asked for what', () => {
  const [stage] = ofType('AWS::ApiGatewayV2::Stage')
  expect(stage).toMatchObject({
    StageName: '$default',
    DefaultRouteSettings: { ThrottlingRateLimit: expect.any(Number), ThrottlingBurstLimit: expect.any(Number) },
  })
  expect(JSON.parse(stage.AccessLogSettings.Format)).toMatchObject({
    caller: '$context.identity.userArn',
    path: '$context.path',
    status: '$context.status',
  })
})

it('hands requests on in payload format 2.0', () => {
  expect(ofType('AWS::ApiGatewayV2::Integration')).toMatchObject([{ PayloadFormatVersion: '2.0' }])
})
