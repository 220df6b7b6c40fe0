import type { IncomingMessage } from 'node:http'
import * as z from 'zod'
import type { Context } from '../context.ts'
import { EcrError } from '../errors.ts'
import { type Call, json, type Reply, readAtMost } from '../http.ts'
import { batchDeleteImage } from './batch-delete-image.ts'
import { batchGetImage } from './batch-get-image.ts'
import { completeLayerUpload } from './complete-layer-upload.ts'
import { describeImages } from './describe-images.ts'
import { describeRepositories } from './describe-repositories.ts'
import { getAuthorizationToken } from './get-authorization-token.ts'
import { getDownloadUrlForLayer } from './get-download-url-for-layer.ts'
import { initiateLayerUpload } from './initiate-layer-upload.ts'
import { listImageReferrers } from './list-image-referrers.ts'
import { listImages } from './list-images.ts'
import type { Operation } from './operation.ts'
import { putImage } from './put-image.ts'
import { updateImageStorageClass } from './update-image-storage-class.ts'
import { uploadLayerPart } from './upload-layer-part.ts'

const TARGET = 'AmazonEC2ContainerRegistry_V20150921.'
const CONTENT_TYPE = 'application/x-amz-json-1.1'
// A manifest of 4 MiB, every byte of it escaped.
const MAX_BODY = 32 * 1024 * 1024

const OPERATIONS: ReadonlyMap<string, Operation> = new Map([
  ['BatchDeleteImage', batchDeleteImage],
  ['BatchGetImage', batchGetImage],
  ['CompleteLayerUpload', completeLayerUpload],
  ['DescribeImages', describeImages],
  ['DescribeRepositories', describeRepositories],
  ['GetAuthorizationToken', getAuthorizationToken],
  ['GetDownloadUrlForLayer', getDownloadUrlForLayer],
  ['InitiateLayerUpload', initiateLayerUpload],
  ['ListImageReferrers', listImageReferrers],
  ['ListImages', listImages],
  ['PutImage', putImage],
  ['UpdateImageStorageClass', updateImageStorageClass],
  ['UploadLayerPart', uploadLayerPart],
])

/** The ECR call a request makes, undefined when it is a request to the distribution API. */
export function operationOf({ headers }: IncomingMessage): string | undefined {
  const target = headers['x-amz-target']
  return typeof target === 'string' && target.startsWith(TARGET) ? target.slice(TARGET.length) : undefined
}

/**
 * Answers a call of the ECR API in AWS JSON 1.1. The SigV4 signature is not looked at: who reaches this port may ask.
 * https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_Operations.html
 */
export async function ecrReply(context: Context, call: Call, name: string): Promise<Reply> {
  const operation = OPERATIONS.get(name)
  if (operation === undefined) {
    const known = [...OPERATIONS.keys()].join(', ')
    throw new EcrError('UnknownOperationException', `${name} is not one of the calls answered here: ${known}`)
  }
  const body = await readAtMost(call, MAX_BODY)
  if (body === undefined) throw new EcrError('InvalidParameterException', `the request is over ${MAX_BODY} bytes`)
  return answer(200, await operation(context, parse(body)))
}

/** What went wrong, in the form the AWS SDK makes its exceptions of. */
export function ecrFailure(error: unknown): Reply {
  if (error instanceof EcrError) return answer(400, { ...error.members, __type: error.type, message: error.message })
  if (error instanceof z.ZodError) {
    return answer(400, { __type: 'InvalidParameterException', message: z.prettifyError(error) })
  }
  return answer(500, { __type: 'ServerException', message: String(error) })
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new EcrError('SerializationException', 'the request is not JSON')
  }
}

function answer(status: number, value: unknown): Reply {
  return json(status, value, { 'content-type': CONTENT_TYPE })
}
