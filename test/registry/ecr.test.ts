import type { RequestListener } from 'node:http'
import { describe, expect, it } from 'vitest'
import { Misconfigured, OverLimit, Unavailable } from '../../lambda/errors.ts'
import type { Registry } from '../../lambda/ports.ts'
import { ecrRegistry } from '../../lambda/registry/ecr.ts'
import { testRegistry } from '../contracts/registry.ts'
import { failures } from './ecr-failures.ts'
import { IMAGE, image, referrer, sha256 } from './fixtures.ts'
import { ACCOUNT, ecrClient, localRegistry } from './local-registry.ts'
import { nobody, serve } from './scripted-server.ts'

testRegistry({
  title: 'ECR through its API',
  referrers: true,
  tagsOf: true,
  make: async () => {
    const { client, push } = await localRegistry()
    return { registry: ecrRegistry({ client, registryId: ACCOUNT, limits: { names: 2, tags: 2 } }), push }
  },
})

const { manifest, blobs } = image('one')
const text = new TextDecoder().decode(manifest.bytes)
const BLOB = sha256(blobs[0]!)

/** An ECR that answers every call the same; plain GETs, as for blobs, go to `download`. */
async function scripted(status: number, body: object, download?: RequestListener): Promise<Registry> {
  const { url } = await serve((request, response) => {
    if (request.method === 'GET') download?.(request, response)
    else response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body))
  })
  return ecrRegistry({ client: ecrClient(url), registryId: ACCOUNT, limits: { referrers: 100 } })
}

const asks: Readonly<Record<string, (registry: Registry) => Promise<unknown>>> = {
  BatchGetImage: (registry) => registry.manifest('app', manifest.digest),
  DescribeImages: (registry) => registry.resolve('app', 'v1'),
  GetDownloadUrlForLayer: (registry) => registry.blob('app', BLOB, 1_000),
  ListImageReferrers: (registry) => registry.referrers('app', manifest.digest),
  ListImages: (registry) => registry.tagged('app'),
}

describe.each(Object.entries(asks))('%s', (action, ask) => {
  it.each([
    ['AccessDeniedException', 400, Misconfigured],
    ['UnrecognizedClientException', 400, Misconfigured],
    ['InvalidParameterException', 400, Misconfigured],
    ['ThrottlingException', 400, Unavailable],
    ['LimitExceededException', 400, Unavailable],
    ['ServerException', 500, Unavailable],
    ['KmsException', 400, Unavailable],
    ['UnableToGetUpstreamImageException', 400, Unavailable],
    ['UnableToGetUpstreamLayerException', 400, Unavailable],
    ['UnableToListUpstreamImageReferrersException', 400, Unavailable],
    ['NeverHeardOfException', 400, Unavailable],
  ])('that ends in %s throws', async (type, status, throws) => {
    const registry = await scripted(status, { __type: type, message: 'says ECR' })
    const failure = await ask(registry).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(throws)
    expect(failure).toHaveProperty('message', expect.stringContaining(`${action} on`))
    expect(failure).toHaveProperty('message', expect.stringContaining('"app"'))
    expect(failure).toHaveProperty('message', expect.stringContaining(`${type}: says ECR`))
  })

  it('that is answered with nothing in it throws', async () => {
    await expect(ask(await scripted(200, {}))).rejects.toBeInstanceOf(Unavailable)
  })

  it.each(['RepositoryNotFoundException', 'ImageNotFoundException'])('that ends in %s finds nothing', async (type) => {
    const found = await ask(await scripted(400, { __type: type, message: 'says ECR' }))
    expect(found ?? []).toEqual([])
  })

  it('that nobody answers throws', async () => {
    const registry = ecrRegistry({ client: ecrClient(`http://${await nobody()}`), registryId: ACCOUNT })
    await expect(ask(registry)).rejects.toBeInstanceOf(Unavailable)
  })

  it('that is never answered is given up', async () => {
    const { url } = await serve(() => {})
    const registry = ecrRegistry({ client: ecrClient(url), registryId: ACCOUNT, limits: { deadlineMs: 100 } })
    await expect(ask(registry)).rejects.toThrow('TimeoutError')
    await expect(ask(registry)).rejects.toBeInstanceOf(Unavailable)
  })
})

describe('ecrRegistry', () => {
  it.each([
    ['BatchGetImage', 'ecr:BatchGetImage'],
    ['DescribeImages', 'ecr:DescribeImages'],
    ['GetDownloadUrlForLayer', 'ecr:GetDownloadUrlForLayer'],
    // IAM has no action of that name
    ['ListImageReferrers', 'ecr:BatchGetImage'],
  ])('names the permission that %s lacks', async (action, permission) => {
    const registry = await scripted(400, { __type: 'AccessDeniedException', message: 'no' })
    await expect(asks[action]!(registry)).rejects.toThrow(`must allow ${permission}`)
  })

  it.each(failures)('reads the failure %s inside an answer', async (failureCode, means) => {
    const failed = [{ imageId: {}, failureCode, failureReason: 'says ECR' }]
    const read = (await scripted(200, { images: [], failures: failed })).manifest('app', 'v1')
    if (means === 'absent') expect(await read).toBeUndefined()
    else await expect(read).rejects.toBeInstanceOf(means)
  })

  it.each([
    ['another manifest than asked for', { imageManifest: '{}', imageManifestMediaType: IMAGE }, Unavailable],
    ['a manifest without its type', { imageManifest: text }, Unavailable],
    ['a type without its manifest', { imageManifestMediaType: IMAGE }, Unavailable],
    [
      'a manifest over 4 MiB',
      { imageManifest: ' '.repeat(4 * 1024 * 1024 + 1), imageManifestMediaType: IMAGE },
      OverLimit,
    ],
  ])('does not take %s', async (_, read, throws) => {
    const registry = await scripted(200, { images: [read] })
    await expect(registry.manifest('app', manifest.digest)).rejects.toBeInstanceOf(throws)
  })

  it('does not take a manifest that ECR translated on the way', async () => {
    const read = { imageManifest: `${text} `, imageManifestMediaType: IMAGE, imageId: { imageDigest: manifest.digest } }
    const registry = await scripted(200, { images: [read] })
    await expect(registry.manifest('app', 'v1')).rejects.toThrow('hash to')
  })

  it.each([
    ['http://registry.example/blob', 'only https is allowed'],
    ['file:///etc/passwd', 'only https is allowed'],
    ['', 'only https is allowed'],
  ])('does not download a blob from "%s"', async (downloadUrl, saying) => {
    const registry = await scripted(200, { downloadUrl })
    await expect(registry.blob('app', BLOB, 1_000)).rejects.toThrow(saying)
  })

  it.each([
    ['is refused', 403, 'x', Unavailable, 'answered 403'],
    ['is missing', 404, 'x', Unavailable, 'answered 404'],
    ['is another', 200, 'x', Unavailable, 'hash to'],
    ['is over the limit', 200, 'x'.repeat(1_001), OverLimit, '1000 bytes'],
  ])('tells when a blob in storage %s', async (_, status, content, throws, saying) => {
    const storage = await serve((_, response) => response.writeHead(status).end(content))
    const registry = await scripted(200, { downloadUrl: `${storage.url}/blob?signature=canary` })
    const failure = await registry.blob('app', BLOB, 1_000).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(throws)
    expect(failure).toHaveProperty('message', expect.stringContaining(saying))
    expect(failure).toHaveProperty('message', expect.not.stringContaining('canary'))
    expect(storage.requests.map(({ headers }) => headers.authorization)).toEqual([undefined])
  })

  it.each([
    ['in one answer', { referrers: Array(101).fill({ digest: BLOB, mediaType: IMAGE, size: 1 }) }],
    ['on endless pages', { referrers: [], nextToken: 'more' }],
  ])('reads no more referrers than allowed, %s', async (_, answer) => {
    const registry = await scripted(200, answer)
    await expect(registry.referrers('app', manifest.digest)).rejects.toBeInstanceOf(OverLimit)
  })

  it('sees archived images, which ECR leaves out unasked', async () => {
    const { url } = await serve((request, response) => {
      request.setEncoding('utf8').on('data', (sent: string) => {
        const imageDetails =
          JSON.parse(sent).filter?.imageStatus === 'ANY' ? [{ imageDigest: BLOB, imageTags: ['v1'] }] : []
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify({ imageDetails }))
      })
    })
    const registry = ecrRegistry({ client: ecrClient(url), registryId: ACCOUNT })
    expect(await registry.resolve('app', 'v1')).toBe(BLOB)
    expect(await registry.tagsOf('app', BLOB)).toEqual(['v1'])
  })

  it('reads referrers page by page', async () => {
    const { client, push } = await localRegistry()
    await push('app', image('one'))
    for (let nth = 0; nth < 51; nth++) await push('app', referrer(manifest, 'application/x', `${nth}`))
    const found = await ecrRegistry({ client, registryId: ACCOUNT }).referrers('app', manifest.digest)
    expect(new Set(found?.map(({ digest }) => digest)).size).toBe(51)
  })
})
