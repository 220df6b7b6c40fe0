import {
  BatchGetImageCommand,
  DescribeImagesCommand,
  type ECRClient,
  type Image,
  type ImageDetail,
  type ImageIdentifier,
  ListImageReferrersCommand,
} from '@aws-sdk/client-ecr'
import { digestOf } from '../core/digest-of.ts'
import { type Digest, isDigest } from '../core/image.ts'
import { type Descriptor, descriptor, type FetchedManifest, MANIFEST_TYPES } from '../core/manifest.ts'
import { Archived, OverLimit, Unavailable } from '../errors.ts'
import type { Registry } from '../ports.ts'
import { assertFewValues } from './assert-few-values.ts'
import { ecrBlobs } from './ecr-blobs.ts'
import { ecrCaller } from './ecr-call.ts'
import { absentOrThrow, answered, ecrService, failureOf } from './ecr-errors.ts'
import { ecrLists } from './ecr-lists.ts'
import { LIMITS, type Limits } from './limits.ts'
import { proveDigest } from './prove-digest.ts'

/** Which ECR registry, through which client. */
export type EcrOptions = {
  readonly client: ECRClient
  /** The AWS account whose registry this is. */
  readonly registryId: string
  readonly limits?: Partial<Limits>
  readonly fetch?: typeof globalThis.fetch
}

const REFERRERS_A_PAGE = 50

/** One account's private ECR registry, through its API: no tokens to keep, other accounts by repository policy. */
export function ecrRegistry({ client, registryId, fetch, limits: own }: EcrOptions): Registry {
  const limits = { ...LIMITS, ...own }
  const service = ecrService(registryId)
  const call = ecrCaller(registryId, limits.deadlineMs)

  return {
    resolve,

    // Nothing asks less of ECR
    peek: resolve,

    async manifest(name, reference, maxBytes = limits.manifestBytes) {
      const imageId = isDigest(reference) ? { imageDigest: reference } : { imageTag: reference }
      const input = { ...repository(name), imageIds: [imageId], acceptedMediaTypes: [...MANIFEST_TYPES] }
      const answer = await call('BatchGetImage', name, (options) =>
        client.send(new BatchGetImageCommand(input), options),
      )
      if (answer === undefined) return undefined
      const failure = answer.failures?.[0]
      if (failure?.failureCode === 'ImageInaccessible') throw new Archived(service, name, reference)
      if (failure) return absentOrThrow(failureOf(failure), { registryId, action: 'BatchGetImage', name })
      return fetched(
        name,
        reference,
        answered(answer.images?.[0], { registryId, action: 'BatchGetImage', name }),
        maxBytes,
      )
    },

    async referrers(name, digest, { artifactType, maxBytes = limits.manifestBytes } = {}) {
      const found: Descriptor[] = []
      let bytes = 0
      const subject = {
        ...repository(name),
        subjectId: { imageDigest: digest },
        maxResults: REFERRERS_A_PAGE,
        ...(artifactType !== undefined && { filter: { artifactTypes: [artifactType] } }),
      }
      const maxPages = Math.ceil(limits.referrers / REFERRERS_A_PAGE)
      let nextToken: string | undefined
      for (let page = 1; ; page++) {
        const input = { ...subject, nextToken }
        const answer = await call('ListImageReferrers', name, (options) =>
          client.send(new ListImageReferrersCommand(input), options),
        )
        if (answer === undefined) return found
        const referrers = answered(answer.referrers, { registryId, action: 'ListImageReferrers', name })
        bytes += JSON.stringify(referrers).length
        if (bytes > maxBytes) throw new OverLimit(`${service}: "${name}": more than ${maxBytes} bytes of referrers`)
        found.push(...referrers.map(descriptor).filter((entry) => entry !== undefined))
        nextToken = answer.nextToken
        if (found.length > limits.referrers || (nextToken !== undefined && page === maxPages)) {
          throw new OverLimit(`${service}: "${name}": more than the ${limits.referrers} referrers we read`)
        }
        if (nextToken === undefined) return found
      }
    },

    tagsOf: async (name, digest) => (await describe(name, { imageDigest: digest }))?.imageTags ?? [],

    ...ecrBlobs({ client, registryId, call, limits, fetch }),
    ...ecrLists({ client, registryId, call, limits }),
  }

  async function resolve(name: string, tag: string): Promise<Digest | undefined> {
    const digest = (await describe(name, { imageTag: tag }))?.imageDigest
    return isDigest(digest) ? digest : undefined
  }

  async function describe(name: string, imageId: ImageIdentifier): Promise<ImageDetail | undefined> {
    // Without the filter an archived image looks deleted
    const input = { ...repository(name), imageIds: [imageId], filter: { imageStatus: 'ANY' as const } }
    const answer = await call('DescribeImages', name, (options) =>
      client.send(new DescribeImagesCommand(input), options),
    )
    return answer && answered(answer.imageDetails, { registryId, action: 'DescribeImages', name })[0]
  }

  /** What an answer must hold. An empty one is a fault on the way, and never means that there is nothing (I8). */
  function fetched(name: string, reference: string, image: Image, maxBytes: number): FetchedManifest {
    const { imageManifest, imageManifestMediaType: mediaType, imageId } = image
    if (imageManifest === undefined || mediaType === undefined) {
      throw new Unavailable(service, `"${name}": ${reference} came without its manifest or media type`)
    }
    const bytes = new TextEncoder().encode(imageManifest)
    if (bytes.byteLength > maxBytes) {
      throw new OverLimit(`${service}: "${name}": manifest of more than the ${maxBytes} bytes we read`)
    }
    // Also by tag: ECR can translate a manifest it serves, and that is not the one that was pushed
    const expected = isDigest(reference) ? reference : imageId?.imageDigest
    if (isDigest(expected)) proveDigest(service, name, expected, bytes)
    assertFewValues(bytes, limits.jsonSize, `${service}: "${name}": manifest ${reference}`)
    return { digest: digestOf(bytes), mediaType, bytes }
  }

  function repository(repositoryName: string) {
    return { registryId, repositoryName }
  }
}
