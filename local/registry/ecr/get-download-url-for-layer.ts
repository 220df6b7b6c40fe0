import * as z from 'zod'
import type { Context } from '../context.ts'
import { EcrError, OciError } from '../errors.ts'
import type { Call, Reply } from '../http.ts'
import { blobReply } from '../oci/blobs.ts'
import { digest, onRepository, repository } from './operation.ts'

const schema = z.object({
  ...repository,
  layerDigest: digest,
})
const PATH = '/layers/'
const LINK_SECONDS = 3600

/** Gives a link to a blob that needs no login, as ECR gives a presigned one to S3. */
export const getDownloadUrlForLayer = onRepository(schema, async (context, { repositoryName: name, layerDigest }) => {
  if ((await context.store.blobs.size(name, layerDigest)) === undefined) {
    throw new EcrError('LayersNotFoundException', `there is no layer ${layerDigest} in "${name}"`)
  }
  const token = context.tokens.issue({ kind: 'layer', name, digest: layerDigest }, LINK_SECONDS)
  return { downloadUrl: `${context.url}${PATH}${token}`, layerDigest }
})

/** Answers such a link; undefined when the call is for something else. */
export async function layerReply(context: Context, call: Call): Promise<Reply | undefined> {
  if (!call.path.startsWith(PATH)) return undefined
  const grant = context.tokens.read(call.path.slice(PATH.length))
  if (grant?.kind !== 'layer') throw new OciError('DENIED', 'the link is not one of ours, or has expired')
  if (call.method !== 'GET') throw new OciError('UNSUPPORTED', 'the link is for GET', { headers: { allow: 'GET' } })
  return blobReply(context, call, grant.name, grant.digest)
}
