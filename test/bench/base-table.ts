import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import type { PolicySet } from '../../lambda/core/policy/policy.ts'
import { currentPolicyHash } from '../../lambda/examine.ts'
import { mapLimited } from '../../lambda/map-limited.ts'
import { imageItem, tagDigest, tagItem } from '../../lambda/store/items.ts'
import { standingOn } from '../bases/derived.ts'
import { digest, NOW, record } from '../core/records.ts'
import type { Made } from './base-forest.ts'

type Item = Readonly<Record<string, unknown>>

const BATCH = 25
const AT_ONCE = 8

/** Writes items as they are, so many a call: what nobody else may do. */
export async function load(client: DynamoDBClient, table: string, items: readonly Item[]): Promise<void> {
  const db = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } })
  const batches = Array.from({ length: Math.ceil(items.length / BATCH) }, (_, n) =>
    items.slice(n * BATCH, (n + 1) * BATCH),
  )
  await mapLimited(batches, AT_ONCE, async (batch) => {
    const RequestItems = { [table]: batch.map((Item) => ({ PutRequest: { Item } })) }
    const { UnprocessedItems } = await db.send(new BatchWriteCommand({ RequestItems }))
    if (Object.keys(UnprocessedItems ?? {}).length > 0) throw new Error('the table did not take a whole batch')
  })
}

/** The items of a base: itself with its tag, and where its layers end; as judging it writes them. */
export function itemsOfBase(base: Made, policies: PolicySet): Item[] {
  const { id, chain, diffIds } = base
  const standing = {
    vouched: ['ours'],
    chains: [{ platform: 'linux/amd64', chain, layers: diffIds.length }],
    contents: id.digest,
    existedAt: NOW,
  }
  const tag = `t${id.digest.slice(7, 19)}`
  const known = record({
    ...id,
    standing,
    seenTags: [tag],
    policyHash: currentPolicyHash(policies, id),
    base: standingOn(base.beneath),
  })
  return [
    { ...imageItem(known) },
    { ...tagItem({ host: id.host, name: id.name, tag, rev: 1, digest: id.digest, observedAt: NOW }) },
    { pk: `CHAIN#${chain}`, sk: 'CHAIN', version: 1, record: { chain, version: 1, bases: [id] } },
    ...notesOf(base),
  ]
}

/** The items of an image: itself, and a note at each base that it stands on. */
export function itemsOfImage(image: Made): Item[] {
  const known = record({ ...image.id, transcript: digest(9), seenTags: ['v1'], base: standingOn(image.beneath) })
  return [{ ...imageItem(known) }, ...notesOf(image)]
}

function notesOf({ id, beneath }: Made): Item[] {
  return beneath
    .slice(0, 8)
    .map((chain, wave) => ({ pk: `CHAIN#${chain}`, sk: `D#${wave + 1}#${tagDigest(id)}`, record: id }))
}
