import type { BatchDeleteImageCommand, PutImageCommand } from '@aws-sdk/client-ecr'
import { describe, expect, it } from 'vitest'
import { Misconfigured, Unavailable } from '../../lambda/errors.ts'
import { ecrTagger } from '../../lambda/quarantine/ecr.ts'
import { ecrRegistry } from '../../lambda/registry/ecr.ts'
import { testFullTagger } from '../contracts/full-tagger.ts'
import { failures } from '../registry/ecr-failures.ts'
import { image } from '../registry/fixtures.ts'
import { ACCOUNT, ecrClient, localRegistry } from '../registry/local-registry.ts'
import { serve } from '../registry/scripted-server.ts'

testFullTagger({
  title: 'ECR through its API',
  make: async (immutable) => {
    const { client, push } = await localRegistry({ immutable: (_, tag) => immutable(tag) })
    const account = { client, registryId: ACCOUNT }
    return { tagger: ecrTagger(account), registry: ecrRegistry(account), push }
  },
})

const { manifest } = image('one')

/** An ECR that answers each call as told, by name, and what it was sent. */
async function scripted(answers: Readonly<Record<string, object>>) {
  const sent: Record<string, unknown>[] = []
  const { url } = await serve((request, response) => {
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? ''
    const answer = answers[operation] ?? {}
    const status = '__type' in answer ? 400 : 200
    request.setEncoding('utf8').on('data', (text: string) => sent.push(JSON.parse(text)))
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer))
  })
  return { tagger: ecrTagger({ client: ecrClient(url), registryId: ACCOUNT }), sent }
}

describe('put', () => {
  it('sends the manifest as it is, with its digest', async () => {
    const { tagger, sent } = await scripted({ PutImage: { image: {} } })
    expect(await tagger.put('app', 'v1', manifest)).toBe('put')
    expect(sent).toEqual([
      {
        registryId: ACCOUNT,
        repositoryName: 'app',
        imageTag: 'v1',
        imageDigest: manifest.digest,
        imageManifest: new TextDecoder().decode(manifest.bytes),
        imageManifestMediaType: manifest.mediaType,
      } satisfies PutImageCommand['input'],
    ])
  })

  it('loses no byte of a manifest that starts with a byte order mark', async () => {
    const { tagger, sent } = await scripted({ PutImage: { image: {} } })
    await tagger.put('app', 'v1', { ...manifest, bytes: new TextEncoder().encode('\ufeff{}') })
    expect(sent[0]).toHaveProperty('imageManifest', '\ufeff{}')
  })

  it.each([
    ['ImageAlreadyExistsException', manifest.digest, 'put'],
    ['ImageTagAlreadyExistsException', manifest.digest, 'put'],
    ['ImageTagAlreadyExistsException', image('two').manifest.digest, 'taken'],
  ])('after %s with the tag on %s answers %s', async (type, held, outcome) => {
    const { tagger } = await scripted({
      PutImage: { __type: type, message: 'says ECR' },
      DescribeImages: { imageDetails: [{ imageDigest: held }] },
    })
    expect(await tagger.put('app', 'v1', manifest)).toBe(outcome)
  })

  it('throws when ECR neither put nor refused', async () => {
    const { tagger } = await scripted({ PutImage: {} })
    await expect(tagger.put('app', 'v1', manifest)).rejects.toBeInstanceOf(Unavailable)
  })

  it.each([
    ['ThrottlingException', Unavailable],
    ['LayersNotFoundException', Unavailable],
    ['RepositoryNotFoundException', Unavailable],
    ['ReferencedImagesNotFoundException', Unavailable],
    ['ImageDigestDoesNotMatchException', Unavailable],
    ['AccessDeniedException', Misconfigured],
  ])('throws after %s', async (type, throws) => {
    const { tagger } = await scripted({ PutImage: { __type: type, message: 'says ECR' } })
    const failure = await tagger.put('app', 'v1', manifest).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(throws)
    expect(failure).toHaveProperty('message', expect.stringMatching(/PutImage on.*"app"/))
  })
})

describe('remove', () => {
  it('always names tag and digest together', async () => {
    const imageIds = [{ imageTag: 'v1', imageDigest: manifest.digest }]
    const { tagger, sent } = await scripted({ BatchDeleteImage: { imageIds, failures: [] } })
    expect(await tagger.remove('app', 'v1', manifest.digest)).toBe('removed')
    expect(sent).toEqual([
      { registryId: ACCOUNT, repositoryName: 'app', imageIds } satisfies BatchDeleteImageCommand['input'],
    ])
  })

  it.each(failures)('reads the failure %s, with code and reason', async (failureCode, means) => {
    const failed = [{ failureCode, failureReason: 'says ECR' }]
    const { tagger } = await scripted({ BatchDeleteImage: { failures: failed } })
    const outcome = await tagger.remove('app', 'v1', manifest.digest).catch((error: unknown) => error)
    if (failureCode === 'ImageTagDoesNotMatchDigest') expect(outcome).toBe('moved')
    else if (means === 'absent') expect(outcome).toBe('absent')
    else {
      expect(outcome).toBeInstanceOf(means)
      expect(outcome).toHaveProperty('message', expect.stringContaining(`${failureCode}: says ECR`))
    }
  })

  it('throws when ECR neither removed nor refused', async () => {
    const { tagger } = await scripted({ BatchDeleteImage: { imageIds: [], failures: [] } })
    await expect(tagger.remove('app', 'v1', manifest.digest)).rejects.toBeInstanceOf(Unavailable)
  })

  it.each([
    ['ThrottlingException', Unavailable],
    ['AccessDeniedException', Misconfigured],
  ])('throws after %s', async (type, throws) => {
    const { tagger } = await scripted({ BatchDeleteImage: { __type: type, message: 'says ECR' } })
    await expect(tagger.remove('app', 'v1', manifest.digest)).rejects.toBeInstanceOf(throws)
  })
})
