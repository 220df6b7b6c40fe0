import * as z from 'zod'
import { isDigest, isRepositoryName, isTag } from '../core/image.ts'
import type { Push } from '../core/push.ts'
import { SELF_TEST_REPOSITORY } from '../core/tags.ts'
import type { EventRegistry, Parsed, Source } from './source.ts'

// https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html; finer filtering is done in code, so that a new action does not vanish silently
const PATTERN = {
  source: ['aws.ecr'],
  'detail-type': [
    'ECR Image Action',
    'ECR Referrer Action',
    'ECR Artifact Action',
    'ECR Pull Through Cache Action',
    'ECR Replication Action',
  ],
} as const

const ecrEvent = z.object({
  id: z.string(),
  source: z.literal('aws.ecr'),
  'detail-type': z.string(),
  account: z.string(),
  region: z.string(),
  time: z.string(),
  detail: z.object({
    'action-type': z.string().optional(),
    result: z.string().optional(),
    'sync-status': z.string().optional(),
    'repository-name': z.string(),
    'image-digest': z.string().optional(),
    'image-tag': z.string().optional(),
    'target-storage-class': z.string().optional(),
  }),
})
type EcrEvent = z.infer<typeof ecrEvent>

/** Amazon ECR, by way of EventBridge. */
export const ecr: Source = {
  name: 'ecr',
  arrives: { by: 'eventbridge', pattern: PATTERN },
  recognises: (payload) =>
    typeof payload === 'object' && payload !== null && 'source' in payload && payload.source === 'aws.ecr',
  parse: (payload, registries) => {
    const event = ecrEvent.safeParse(payload)
    return event.success
      ? toPushes(event.data, registries)
      : { dropped: `not an ECR event: ${z.prettifyError(event.error)}` }
  },
}

function toPushes(event: EcrEvent, registries: readonly EventRegistry[]): Parsed {
  const { detail } = event
  const kind = kindOf(event)
  if (kind === undefined) {
    return { dropped: `${event['detail-type']} ${detail['action-type'] ?? ''} ${detail.result ?? ''} needs no look` }
  }
  const registry = registries.find(({ account, region }) => account === event.account && region === event.region)
  if (registry === undefined)
    return { dropped: `account ${event.account} in ${event.region} is not a registry we watch` }
  const name = detail['repository-name']
  if (name === SELF_TEST_REPOSITORY) return { dropped: 'the self-test at work' }
  if (!isRepositoryName(name)) return { dropped: `repository-name ${JSON.stringify(name)} is not a repository name` }
  const tag = detail['image-tag'] || undefined // an untagged push has "" (seen in real events)
  if (tag !== undefined && !isTag(tag)) return { dropped: `image-tag ${JSON.stringify(tag)} is not a tag` }
  const digest = detail['image-digest']
  if (digest !== undefined && !isDigest(digest))
    return { dropped: `image-digest ${JSON.stringify(digest)} is not a sha256 digest` }
  if (tag === undefined && digest === undefined) return { dropped: 'neither image-tag nor image-digest' }
  const push: Push = {
    id: event.id,
    source: 'ecr',
    kind,
    host: registry.host,
    name,
    at: event.time,
    ...(tag && { tag }),
    ...(digest && { digest }),
  }
  return { pushes: [push] }
}

/** Which events may have changed what a tag or digest means. A failed push changed nothing. */
function kindOf(event: EcrEvent): 'push' | 'delete' | undefined {
  const action = event.detail['action-type']
  if ((event.detail.result ?? event.detail['sync-status']) !== 'SUCCESS') return undefined
  if (event['detail-type'] === 'ECR Pull Through Cache Action') return 'push'
  if (action === 'DELETE') return 'delete'
  // What is archived nobody can pull; a restored signature may change a verdict as a pushed one does
  if (action === 'UPDATE_STORAGE_CLASS' && event.detail['target-storage-class'] === 'ARCHIVE') return 'delete'
  return action === 'PUSH' || action === 'REPLICATE' || action === 'UPDATE_STORAGE_CLASS' ? 'push' : undefined
}
