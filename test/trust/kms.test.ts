import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { KMSClient } from '@aws-sdk/client-kms'
import { describe, expect, it, onTestFinished } from 'vitest'
import { kmsKeysOf } from '../../lambda/core/policy/authorities.ts'
import { parseKmsArn } from '../../lambda/core/policy/kms-arn.ts'
import type { Authority } from '../../lambda/core/policy/policy.ts'
import { Misconfigured, Unavailable } from '../../lambda/errors.ts'
import { kmsKeys, noKms } from '../../lambda/trust/kms.ts'
import { listen, shut } from '../../local/runtime/listen.ts'
import { policies } from '../memory/world.ts'

const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'
const ALIAS = 'arn:aws-cn:kms:cn-north-1:111122223333:alias/release/signing'
const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const PEM = publicKey.export({ type: 'spki', format: 'pem' }).toString()
const ANSWER = { KeyId: KEY, KeyUsage: 'SIGN_VERIFY', PublicKey: der(publicKey) }

function der(key: typeof publicKey): string {
  return key.export({ type: 'spki', format: 'der' }).toString('base64')
}

/** An endpoint that answers every call with this, and what it was asked for in which region. */
async function scripted(status: number, answer: object) {
  const asked: unknown[] = []
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      asked.push({ call: request.headers['x-amz-target'], ...(JSON.parse(body) as object) })
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer))
    })
  })
  const endpoint = await listen(server, 0)
  onTestFinished(() => shut(server))
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const publicKeyOf = kmsKeys((region) => {
    asked.push(region)
    return new KMSClient({ region, endpoint, credentials, maxAttempts: 1 })
  })
  return { publicKeyOf, asked }
}

describe('the public key of a KMS key', () => {
  it.each([
    [KEY, 'eu-west-1'],
    [ALIAS, 'cn-north-1'],
  ])('is asked for in the region of %s', async (arn, region) => {
    const { publicKeyOf, asked } = await scripted(200, ANSWER)
    expect(await publicKeyOf(arn)).toBe(PEM)
    expect(asked).toEqual([region, { call: 'TrentService.GetPublicKey', KeyId: arn }])
  })

  it.each([
    ['of a key that encrypts', { KeyUsage: 'ENCRYPT_DECRYPT' }, /usage of .* is ENCRYPT_DECRYPT/],
    ['of a key that agrees on keys', { KeyUsage: 'KEY_AGREEMENT' }, /usage of .* is KEY_AGREEMENT/],
    ['without a usage', { KeyUsage: undefined }, /usage/],
    ['of another key', { KeyId: `${KEY.slice(0, -1)}c` }, /KMS answered for/],
    ['without a key', { PublicKey: undefined }, /not a public key we can read|without/],
    ['that is no key', { PublicKey: 'AAAA' }, /not a public key we can read/],
    ['on a curve nobody signs images with', { PublicKey: der(curve('secp256k1')) }, /secp256k1; P-256/],
  ])('is refused in an answer %s', async (_, fields, message) => {
    const { publicKeyOf } = await scripted(200, { ...ANSWER, ...fields })
    const reading = publicKeyOf(KEY)
    await expect(reading).rejects.toThrow(Misconfigured)
    await expect(reading).rejects.toThrow(message)
  })

  it.each([
    ['AccessDeniedException', /needs kms:GetPublicKey on it/],
    ['NotFoundException', /no such key or alias/],
    ['DisabledException', /disabled/],
    ['KMSInvalidStateException', /pending deletion/],
    ['UnsupportedOperationException', /not an asymmetric key/],
    ['InvalidKeyUsageException', /not a key that signs/],
  ])('has, on %s, a reason and the key it is about', async (name, message) => {
    const { publicKeyOf } = await scripted(400, { __type: name, message: 'no' })
    const reading = publicKeyOf(KEY)
    await expect(reading).rejects.toThrow(Misconfigured)
    await expect(reading).rejects.toThrow(message)
    await expect(reading).rejects.toThrow(KEY)
  })

  it.each([
    [500, 'KMSInternalException'],
    [400, 'ThrottlingException'],
    [500, 'DependencyTimeoutException'],
  ])('is asked for again another time on %d %s', async (status, name) => {
    const { publicKeyOf } = await scripted(status, { __type: name, message: 'no' })
    await expect(publicKeyOf(KEY)).rejects.toThrow(Unavailable)
  })

  it('is not asked for where there is no KMS', async () => {
    await expect(noKms(KEY)).rejects.toThrow(new RegExp(`${KEY} cannot be fetched.*AWS_ENDPOINT_URL_KMS`))
  })

  it.each(['', 'alias/signing', KEY.replace('kms', 's3'), `${KEY} `, KEY.replace('eu-west-1', 'evil.example.com/')])(
    'is not asked for by "%s"',
    async (arn) => {
      const { publicKeyOf, asked } = await scripted(200, ANSWER)
      await expect(publicKeyOf(arn)).rejects.toThrow(/not the ARN of an AWS KMS key or alias/)
      expect(asked).toEqual([])
    },
  )
})

it('reads an ARN into its parts', () => {
  expect(parseKmsArn(ALIAS)).toEqual({
    partition: 'aws-cn',
    region: 'cn-north-1',
    account: '111122223333',
    kind: 'alias',
    id: 'release/signing',
  })
})

it('lists the ARNs that policies name, each once', () => {
  const [policy] = policies().policies
  const [authority] = policy!.authorities as [Extract<Authority, { kind: 'sigstore' }>]
  const by = (kms: string): Authority => {
    const signer = { kind: 'key', key: { kms }, hash: 'sha256' } as const
    return { ...authority, demand: { ...authority.demand, signer } }
  }
  const named = { ...policy!, authorities: [by(KEY), authority, by(ALIAS), by(KEY)] }
  expect(kmsKeysOf([named])).toEqual([ALIAS, KEY])
})

function curve(namedCurve: string) {
  return generateKeyPairSync('ec', { namedCurve }).publicKey
}
