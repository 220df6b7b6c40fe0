import { ECRClient } from '@aws-sdk/client-ecr'
import { describe, expect, it } from 'vitest'
import { Misconfigured, Unavailable } from '../../lambda/errors.ts'
import { ecrRegistry } from '../../lambda/registry/ecr.ts'
import { ociRegistry } from '../../lambda/registry/oci.ts'
import { answering } from '../memory/answering.ts'
import { image } from './fixtures.ts'
import { localRegistry } from './local-registry.ts'
import { serve } from './scripted-server.ts'

const { manifest } = image('one')

/** A registry that answers every GET so. */
async function answers(status: number, body: string, headers: Record<string, string> = {}) {
  const { host } = await serve((_, response) => response.writeHead(status, headers).end(body))
  return ociRegistry({ host, scheme: 'http' })
}

describe('the lists of an OCI registry', () => {
  it.each([400, 404, 405])('are missing where it has no catalog: %i', async (status) => {
    expect(await (await answers(status, '{}')).repositories()).toBeUndefined()
  })

  it.each([401, 403])('are refused where it does not show its catalog: %i', async (status) => {
    await expect((await answers(status, '{}')).repositories()).rejects.toThrow(Misconfigured)
  })

  it.each([
    ['an outage', 503, '{}', {}],
    ['no list', 200, '{"repositories":{"a":1}}', {}],
    ['a next page elsewhere', 200, '{"repositories":["a"]}', { link: '<http://127.0.0.1:1/v2/_catalog>; rel="next"' }],
  ])('are unavailable with %s', async (_, status, body, headers) => {
    await expect((await answers(status, body, headers)).repositories()).rejects.toThrow(Unavailable)
  })

  it('hold no name that is none, and nothing where it says null', async () => {
    const registry = await answers(200, '{"repositories":["a","../b",7],"tags":null}')
    expect(await registry.repositories()).toEqual({ items: ['a'] })
    expect(await registry.tagged('a')).toEqual({ items: [] })
  })

  it('lead to no other list, whatever path the next page has', async () => {
    const link = '</v2/secret/blobs?last=a>; rel="next"'
    const { host, requests } = await serve((_, response) => response.writeHead(200, { link }).end('{}'))
    const registry = ociRegistry({ host, scheme: 'http' })
    await registry.repositories((await registry.repositories())?.cursor)
    expect(requests.map(({ url }) => url)).toEqual(['/v2/_catalog?n=100', '/v2/_catalog?last=a'])
  })

  it('leave out tags that went meanwhile, and manifests that are more than is read', async () => {
    const { host } = await serve(({ url = '' }, response) => {
      if (url.includes('/tags/list')) response.end('{"tags":["gone","huge","there"]}')
      else if (url.endsWith('/gone')) response.writeHead(404).end()
      else {
        const bytes = url.endsWith('/huge') ? Buffer.alloc(2_000) : manifest.bytes
        response.writeHead(200, { 'content-type': manifest.mediaType }).end(bytes)
      }
    })
    const registry = ociRegistry({ host, scheme: 'http', limits: { manifestBytes: 1_000 } })
    expect(await registry.tagged('app')).toEqual({ items: [{ tag: 'there', digest: manifest.digest }] })
  })

  it('are read with a token for the catalog', async () => {
    const authorize = ({ user }: { user?: string }) => user === 'robot'
    const { host } = await localRegistry({ challenge: 'bearer', authorize })
    const credentials = { username: 'robot', password: 'secret' }
    expect(await ociRegistry({ host, scheme: 'http', credentials }).repositories()).toEqual({ items: [] })
    await expect(ociRegistry({ host, scheme: 'http' }).repositories()).rejects.toThrow(Misconfigured)
  })
})

describe('the lists of ECR', () => {
  it('hold tags that can be pulled: archived images come back when they are restored', async () => {
    const imageIds = [
      { imageTag: 'v1', imageDigest: manifest.digest },
      { imageTag: 'v2' },
      { imageDigest: manifest.digest },
      { imageTag: 'v3', imageDigest: 'sha256:short' },
    ]
    const { client, sent } = answering(new ECRClient({ region: 'eu-west-1' }), () => ({ imageIds, nextToken: 'more' }))
    const registry = ecrRegistry({ client, registryId: '111122223333' })
    expect(await registry.tagged('app', 'place')).toEqual({
      items: [{ tag: 'v1', digest: manifest.digest }],
      cursor: 'more',
    })
    const filter = { tagStatus: 'TAGGED', imageStatus: 'ACTIVE' }
    const asked = { registryId: '111122223333', repositoryName: 'app', filter, maxResults: 1000, nextToken: 'place' }
    expect(sent).toEqual([asked])
  })

  it('say which permission is missing', async () => {
    const denied = Object.assign(new Error('no'), { name: 'AccessDeniedException' })
    const { client } = answering(new ECRClient({ region: 'eu-west-1' }), () => {
      throw denied
    })
    const registry = ecrRegistry({ client, registryId: '111122223333' })
    await expect(registry.repositories()).rejects.toThrow(/must allow ecr:DescribeRepositories/)
    await expect(registry.tagged('app')).rejects.toThrow(/must allow ecr:ListImages/)
  })
})
