import { type ECRClient, GetDownloadUrlForLayerCommand } from '@aws-sdk/client-ecr'
import type { Digest } from '../core/image.ts'
import { Unavailable } from '../errors.ts'
import type { Registry } from '../ports.ts'
import type { EcrCaller } from './ecr-call.ts'
import { ecrService } from './ecr-errors.ts'
import { exchanger } from './exchange.ts'
import { isLoopbackHost } from './hosts.ts'
import type { Limits } from './limits.ts'
import { proveDigest } from './prove-digest.ts'
import { orReason, streamer } from './stream.ts'

type Blobs = {
  readonly client: ECRClient
  readonly registryId: string
  readonly call: EcrCaller
  readonly limits: Limits
  readonly fetch?: typeof globalThis.fetch
}

/** The blobs of one account's registry, which ECR hands out by an address in its storage. */
export function ecrBlobs({ client, registryId, call, limits, fetch }: Blobs): Pick<Registry, 'blob' | 'layer'> {
  const service = ecrService(registryId)
  const exchange = exchanger({ service, limits, fetch })
  const stream = streamer({ service, limits, fetch })

  return {
    async blob(name, digest, maxBytes) {
      const url = await addressOf(name, digest)
      if (url === undefined) return undefined
      const { status, bytes } = await exchange({ url, accept: '*/*', maxBytes })
      if (status !== 200) throw refused(name, digest, url, status)
      proveDigest(service, name, digest, bytes)
      return bytes
    },

    layer: (name, digest, signal) => orReason(signal, opened(name, digest, signal)),
  }

  async function opened(name: string, digest: Digest, signal: AbortSignal) {
    const url = await addressOf(name, digest, signal)
    if (url === undefined) return undefined
    const { status, chunks } = await stream({ url, accept: '*/*' }, signal)
    if (chunks === undefined) throw refused(name, digest, url, status)
    return chunks
  }

  async function addressOf(name: string, layerDigest: Digest, signal?: AbortSignal): Promise<URL | undefined> {
    const input = { registryId, repositoryName: name, layerDigest }
    const answer = await call('GetDownloadUrlForLayer', name, ({ abortSignal: late }) => {
      const abortSignal = signal ? AbortSignal.any([signal, late]) : late
      return client.send(new GetDownloadUrlForLayerCommand(input), { abortSignal })
    })
    return answer && downloadUrl(name, answer.downloadUrl)
  }

  function downloadUrl(name: string, text: string | undefined): URL {
    const url = text !== undefined && URL.canParse(text) ? new URL(text) : undefined
    if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopbackHost(url.host))) return url
    throw new Unavailable(service, `"${name}": download address ${url?.origin ?? 'missing'}; only https is allowed`)
  }

  function refused(name: string, digest: Digest, url: URL, status: number): Unavailable {
    return new Unavailable(service, `"${name}": ${url.host} answered ${status} for blob ${digest}`)
  }
}
