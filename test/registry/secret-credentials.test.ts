import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { describe, expect, it } from 'vitest'
import { Misconfigured, Unavailable } from '../../lambda/errors.ts'
import { ociRegistry } from '../../lambda/registry/oci.ts'
import { secretCredentials } from '../../lambda/registry/secret-credentials.ts'
import { image } from './fixtures.ts'
import { serve } from './scripted-server.ts'

const ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:cgr-abc123'

/** Secrets Manager with one secret; `answer` may throw, given how often it was asked before. */
function manager(answer: (asked: number) => object) {
  const state = { asked: 0 }
  const client = new SecretsManagerClient({ region: 'eu-west-1' })
  client.send = (async () => answer(state.asked++)) as never
  return { client, state }
}
const login = { SecretString: JSON.stringify({ username: 'robot', password: 'secret' }) }

describe('a login in a secret', () => {
  it('is read when a registry first wants it, and kept', async () => {
    const { client, state } = manager(() => login)
    const { manifest } = image('one')
    const basic = `Basic ${Buffer.from('robot:secret').toString('base64')}`
    const server = await serve((request, response) => {
      if (request.headers.authorization === basic)
        response.writeHead(200, { 'content-type': manifest.mediaType }).end(manifest.bytes)
      else response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end()
    })
    const registry = ociRegistry({ host: server.host, scheme: 'http', credentials: secretCredentials(client, ARN) })
    expect(state.asked).toBe(0)
    expect((await registry.manifest('app', 'v1'))?.digest).toBe(manifest.digest)
    await registry.manifest('app', 'v1')
    expect(state.asked).toBe(1)
  })

  it('is read again where that failed', async () => {
    const { client } = manager((asked) => {
      if (asked === 0) throw new Error('down')
      return login
    })
    const credentials = secretCredentials(client, ARN)
    await expect(credentials()).rejects.toThrow(Unavailable)
    expect(await credentials()).toEqual({ username: 'robot', password: 'secret' })
  })

  it.each(['hunter2', '{"username": "robot", "password": 7}', '{"user": "hunter2"}'])(
    'is never told where it is none: %s',
    async (text) => {
      const { client } = manager(() => ({ SecretString: text }))
      const failed = await secretCredentials(client, ARN)().catch((error: unknown) => error)
      expect(failed).toBeInstanceOf(Misconfigured)
      expect(String(failed)).toContain(ARN)
      expect(String(failed)).not.toMatch(/hunter2|robot/)
    },
  )
})
