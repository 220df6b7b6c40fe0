import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { describe, expect, it } from 'vitest'
import { callerOf } from '../../lambda/api/caller.ts'
import { routesOf } from '../../lambda/api/routes.ts'
import { runnable } from '../memory/images.ts'
import { ALICE, people } from '../memory/people.ts'
import { story } from '../memory/story.ts'
import { memory } from '../memory/world.ts'

const iam = (userArn: unknown) => ({ iam: { userArn } })
const jwt = (claims: object) => ({ jwt: { claims, scopes: null } })
const called = (authorizer?: unknown) => ({ requestContext: { ...(authorizer !== undefined && { authorizer }) } })

describe('the caller', () => {
  it.each([
    ['an IAM principal', iam(ALICE), ALICE],
    ['a role', iam('arn:aws:sts::1:assumed-role/Admin/alice'), 'arn:aws:sts::1:assumed-role/Admin/alice'],
    ['the subject of a token, with its issuer', jwt({ sub: 'alice', iss: 'https://id' }), 'alice (https://id)'],
    ['nobody without an authorizer', undefined, undefined],
    ['nobody that a function authorizer names', { lambda: { userArn: ALICE } }, undefined],
    ['nobody without a name', iam(''), undefined],
    ['nobody whose name is no text', iam(1), undefined],
    ['nobody whose name hides something', iam('alice\u202e'), undefined],
    ['nobody whose name is endless', iam('a'.repeat(301)), undefined],
    ['nobody by an address alone', jwt({ email: 'alice@example.com', iss: 'https://id' }), undefined],
    ['nobody without an issuer', jwt({ sub: 'alice' }), undefined],
  ])('is %s', (_, authorizer, name) => {
    expect(callerOf(called(authorizer))).toBe(name)
  })
})

/** The API with one pending image, and how to call it. */
async function api() {
  const outside = await memory()
  const { push, settle, id, record } = story(outside)
  const digest = push(runnable('app'), 'v1')
  await settle()
  const { world, named } = people(outside)
  const routes = routesOf({ world: async () => world, invokeVerify: async () => {} })
  const image = named({ digest })
  const call = (route: string, event: object) => routes[route]!(event as APIGatewayProxyEventV2)
  const body = JSON.stringify({ image, reason: 'why', expiresAt: '2026-11-23T12:00:00Z' })
  const post = (event: object) => call('POST /v1/releases', { body, isBase64Encoded: false, ...event })
  const drop = (event: object) => call('DELETE /v1/waivers', { queryStringParameters: { image }, ...event })
  return { post, drop, call, record: () => record(id(digest).digest) }
}

describe('what is done in the name of a person', () => {
  it('is done in the name of the caller, by its own route', async () => {
    const { post, drop, call } = await api()
    const by = called(iam(ALICE))
    expect(await post({ ...by, routeKey: 'POST /v1/releases' })).toMatchObject({ body: { waiver: { by: ALICE } } })
    expect(await call('GET /v1/waivers', {})).toMatchObject({ status: 200, body: { waivers: [{ by: ALICE }] } })
    expect(await drop({ ...by, routeKey: 'DELETE /v1/waivers' })).toMatchObject({ status: 200 })
  })

  it.each([
    ['without a caller', { ...called(), routeKey: 'POST /v1/releases' }],
    ['without any context', { routeKey: 'POST /v1/releases' }],
    // API Gateway knows /v1/releases/ only as $default, to which other callers are admitted
    ['by the route of those who may only read', { ...called(iam(ALICE)), routeKey: '$default' }],
    ['by a route of another name', { ...called(iam(ALICE)), routeKey: 'DELETE /v1/waivers' }],
    ['by a name that the caller wrote', { ...called(), routeKey: 'POST /v1/releases', headers: { 'x-user': ALICE } }],
  ])('is refused %s', async (_, event) => {
    const { post, record } = await api()
    expect(await post(event)).toMatchObject({ status: 403, body: { status: 403 } })
    expect(await record()).not.toHaveProperty('waiver')
  })

  it('is refused by the same rule where a waiver is taken back', async () => {
    const { drop } = await api()
    expect(await drop({ ...called(iam(ALICE)), routeKey: '$default' })).toMatchObject({ status: 403 })
    expect(await drop({ routeKey: 'DELETE /v1/waivers' })).toMatchObject({ status: 403 })
  })
})
