import { expect, it } from 'vitest'
import { Unavailable } from '../../lambda/errors.ts'
import { ociRegistry } from '../../lambda/registry/oci.ts'
import { image, sha256 } from './fixtures.ts'
import { type ScriptedServer, serve } from './scripted-server.ts'

const credentials = { username: 'robot', password: 'secret' }
const bytes = image('one').blobs[0]!
const digest = sha256(bytes)

/** A registry that wants Basic credentials and then sends on to `location`; it serves the blob at /here. */
async function redirecting(location: (self: ScriptedServer) => string): Promise<ScriptedServer> {
  const server: ScriptedServer = await serve((request, response) => {
    if (request.url === '/here') response.end(bytes)
    else if (request.headers.authorization === undefined) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="registry"' }).end()
    } else response.writeHead(307, { location: location(server), 'set-cookie': 'session=canary' }).end()
  })
  return server
}

const registryAt = ({ host }: ScriptedServer) => ociRegistry({ host, scheme: 'http', credentials })
const secrets = ({ requests }: ScriptedServer) =>
  requests.map(({ headers }) => [headers.authorization, headers.cookie].filter((value) => value !== undefined))

it('takes a blob from another host without showing it the credentials', async () => {
  const storage = await serve((_, response) => response.end(bytes))
  const server = await redirecting(() => `${storage.url}/blob?signature=1`)
  expect(await registryAt(server).blob('app', digest, 1_000)).toEqual(new Uint8Array(bytes))
  expect(secrets(storage)).toEqual([[]])
  expect(storage.requests[0]?.url).toBe('/blob?signature=1')
})

it('shows no credentials to the registry once it comes back from another host', async () => {
  const storage = await serve((_, response) => response.writeHead(302, { location: `${server.url}/here` }).end())
  const server = await redirecting(() => `${storage.url}/blob`)
  await registryAt(server).blob('app', digest, 1_000)
  expect(secrets(storage)).toEqual([[]])
  expect(secrets(server).at(-1)).toEqual([])
})

it('shows the credentials on within the registry', async () => {
  const server = await redirecting(() => '/here')
  await registryAt(server).blob('app', digest, 1_000)
  expect(secrets(server).at(-1)).toHaveLength(1)
})

it('follows two redirects and no third', async () => {
  const hops = await serve((request, response) => {
    const left = Number(request.url?.slice(1))
    if (left === 0) response.end(bytes)
    else response.writeHead(307, { location: `/${left - 1}` }).end()
  })
  const two = await redirecting(() => `${hops.url}/1`)
  const three = await redirecting(() => `${hops.url}/2`)
  expect(await registryAt(two).blob('app', digest, 1_000)).toBeDefined()
  expect(secrets(hops)).toEqual([[], []])
  await expect(registryAt(three).blob('app', digest, 1_000)).rejects.toThrow('more than 2 redirects')
})

it.each([
  'http://registry.example/blob',
  'https://169.254.169.254/latest/meta-data/',
  'https://user:pass@storage.example/',
  'file:///etc/passwd',
])('does not go to %s', async (location) => {
  const server = await redirecting(() => location)
  const failure = await registryAt(server)
    .blob('app', digest, 1_000)
    .catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(Unavailable)
  expect(failure).toHaveProperty('message', expect.stringContaining('redirect to'))
})

it('does not go from https to http', async () => {
  const asked: string[] = []
  const fetch: typeof globalThis.fetch = async (input) => {
    asked.push(new Request(input).url)
    return new Response(null, { status: 307, headers: { location: 'http://registry.example/blob' } })
  }
  const registry = ociRegistry({ host: 'registry.example', fetch })
  await expect(registry.blob('app', digest, 1_000)).rejects.toThrow('only https is allowed')
  expect(asked).toEqual([`https://registry.example/v2/app/blobs/${digest}`])
})

it.each([401, 403, 404, 500])('does not take %i of another host for the word of the registry', async (status) => {
  const storage = await serve((_, response) =>
    response.writeHead(status, { 'www-authenticate': `Bearer realm="${storage.url}/token"` }).end(),
  )
  const server = await redirecting(() => `${storage.url}/blob`)
  const registry = registryAt(server)
  await expect(registry.blob('app', digest, 1_000)).rejects.toBeInstanceOf(Unavailable)
  // Now that it knows how to log in, the stranger's is the first answer
  await expect(registry.blob('app', digest, 1_000)).rejects.toBeInstanceOf(Unavailable)
  expect(storage.requests).toHaveLength(2)
})
