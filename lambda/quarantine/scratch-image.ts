import {
  CompleteLayerUploadCommand,
  type ECRClient,
  InitiateLayerUploadCommand,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr'
import { errorName } from '../aws-errors.ts'
import { digestOf } from '../core/digest-of.ts'
import { type FetchedManifest, MANIFEST_TYPES } from '../core/manifest.ts'
import { Misconfigured } from '../errors.ts'
import type { Tagger } from '../ports.ts'
import { ecrCaller } from '../registry/ecr-call.ts'

/** What a scratch image needs: a client of the account's registry, and who puts manifests. */
export type ScratchOptions = { readonly client: ECRClient; readonly registryId: string; readonly tagger: Tagger }

const CONFIG = new TextEncoder().encode('{}')
const LAYER = new TextEncoder().encode('Assay tries here how this registry removes tags.\n')

/** Pushes the smallest image to a repository that is there, through ECR's API. The same image each time; done twice it is done once. */
export async function pushScratchImage(
  { client, registryId, tagger }: ScratchOptions,
  name: string,
  tag: string,
): Promise<FetchedManifest> {
  const call = ecrCaller(registryId)
  for (const bytes of [CONFIG, LAYER]) await upload(bytes)
  const bytes = new TextEncoder().encode(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST_TYPES[0],
      config: blob('application/vnd.oci.image.config.v1+json', CONFIG),
      layers: [blob('application/vnd.oci.image.layer.v1.tar', LAYER)],
    }),
  )
  const manifest = { digest: digestOf(bytes), mediaType: MANIFEST_TYPES[0], bytes }
  await tagger.put(name, tag, manifest)
  return manifest

  async function upload(layer: Uint8Array): Promise<void> {
    const repository = { registryId, repositoryName: name }
    const begun = await call('InitiateLayerUpload', name, (options) =>
      client.send(new InitiateLayerUploadCommand(repository), options),
    )
    if (begun === undefined) {
      throw new Misconfigured(`repository "${name}" is not in ECR registry ${registryId}: create it for the self-test`)
    }
    const { uploadId } = begun
    const part = { partFirstByte: 0, partLastByte: layer.length - 1, layerPartBlob: layer }
    await call('UploadLayerPart', name, (options) =>
      client.send(new UploadLayerPartCommand({ ...repository, uploadId, ...part }), options),
    )
    await call('CompleteLayerUpload', name, (options) =>
      client
        .send(new CompleteLayerUploadCommand({ ...repository, uploadId, layerDigests: [digestOf(layer)] }), options)
        .catch(unlessThere),
    )
  }
}

/** A layer that is there already is as good; so it is where a try whose answer was lost has ended the upload. Putting the manifest fails where it is not. */
const THERE = ['LayerAlreadyExistsException', 'UploadNotFoundException']
function unlessThere(error: unknown): void {
  if (!THERE.includes(errorName(error) ?? '')) throw error
}

function blob(mediaType: string, bytes: Uint8Array) {
  return { mediaType, digest: digestOf(bytes), size: bytes.length }
}
