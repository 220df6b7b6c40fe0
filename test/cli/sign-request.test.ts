import { afterEach, describe, expect, it, vi } from 'vitest'
import { signatureFor } from '../../cli/sign-request.ts'
import { Misconfigured } from '../../lambda/errors.ts'

const AWS = new URL('https://abc123.execute-api.eu-west-1.amazonaws.com/v1/status?image=a%2Fb%3Av1')

afterEach(() => vi.unstubAllEnvs())

function credentials() {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY')
  vi.stubEnv('AWS_PROFILE', '')
}

describe('a request to the API on AWS', () => {
  it('is signed for its Region and service, its body included', async () => {
    credentials()
    const signed = await signatureFor({ method: 'POST', url: AWS, body: '{"a":1}' })
    expect(signed.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/execute-api\/aws4_request, SignedHeaders=host;/,
    )
    const other = await signatureFor({ method: 'POST', url: AWS, body: '{"a":2}' })
    expect(other['x-amz-content-sha256']).not.toBe(signed['x-amz-content-sha256'])
  })

  it('says what is missing where there are no credentials', async () => {
    vi.stubEnv('AWS_CONFIG_FILE', '/dev/null')
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null')
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE']) vi.stubEnv(name, undefined)
    await expect(signatureFor({ method: 'GET', url: AWS })).rejects.toThrow(Misconfigured)
  })
})

it.each([
  ['the local stack', 'http://127.0.0.1:8080/v1/status', {}],
  ['any other host', 'https://assay.example.com/v1/status', {}],
  ['a host that only looks like it', 'https://x.execute-api.eu-west-1.amazonaws.com.evil.example/v1', {}],
  ['another host over http', 'http://assay.example.com/v1', { ASSAY_API_SIGNED: '1', AWS_REGION: 'eu-west-1' }],
])('no credentials go to %s', async (_, url, env) => {
  credentials()
  expect(await signatureFor({ method: 'GET', url: new URL(url) }, env)).toEqual({})
})

it('is signed behind a name of one’s own where that is asked for', async () => {
  credentials()
  const env = { ASSAY_API_SIGNED: '1', AWS_REGION: 'eu-west-1' }
  const signed = await signatureFor({ method: 'GET', url: new URL('https://assay.example.com/v1/status') }, env)
  expect(signed.authorization).toContain('/eu-west-1/execute-api/')
})
