import { createHash } from 'node:crypto'
import type { ImageId } from '../core/image.ts'
import { repositoryOf } from '../core/image.ts'
import type { HistoryRow, ImageRecord, TagRecord } from '../core/status.ts'
import { isHeld } from '../core/waiver.ts'

/** How records lie in the table: keys and index attributes beside the record itself, held whole in `record`. */
export type Item = { readonly pk: string; readonly sk: string; readonly record: unknown } & Record<string, unknown>

/** Indexes are spread over this many partitions, so that none grows hot. */
export const SHARDS = ['0', '1', '2', '3'] as const

export function imageKey(id: ImageId): { pk: string; sk: string } {
  return { pk: `IMG#${repositoryOf(id)}@${id.digest}`, sk: 'IMG' }
}

export function tagKey(host: string, name: string, tag: string): { pk: string; sk: string } {
  return { pk: `TAG#${host}/${name}:${tag}`, sk: 'TAG' }
}

export function systemKey(key: string): { pk: string; sk: string } {
  return { pk: `SYS#${key}`, sk: 'SYS' }
}

/** Revisions sort as text, newest last. */
function historyKey(id: ImageId, rev: number): { pk: string; sk: string } {
  return { pk: imageKey(id).pk, sk: `H#${String(rev).padStart(10, '0')}` }
}

export function imageItem(record: ImageRecord): Item {
  const shard = shardOf(record.digest)
  const { waiver } = record
  return {
    ...imageKey(record),
    version: record.version,
    record,
    state: record.state,
    repository: repositoryOf(record),
    listShard: shard,
    listKey: `${record.firstSeenAt}#${repositoryOf(record)}@${record.digest}`,
    ...(record.dueAt !== undefined && { dueShard: shard, dueAt: record.dueAt }),
    ...(waiver !== undefined &&
      waiver.revokedAt === undefined && { waiverShard: shard, waiverKey: `${waiver.expiresAt}#${tagDigest(record)}` }),
    ...(record.standing !== undefined && {
      baseShard: shard,
      baseKey: `${record.firstSeenAt}#${tagDigest(record)}`,
    }),
    ...(isHeld(record) && {
      takenShard: shard,
      takenKey: `${record.takenAt ?? record.checkedAt}#${tagDigest(record)}`,
    }),
  }
}

export function tagItem(record: TagRecord): Item {
  return {
    ...tagKey(record.host, record.name, record.tag),
    rev: record.rev,
    record,
    ...(record.digest !== undefined && { tagDigest: tagDigest({ ...record, digest: record.digest }) }),
  }
}

export function historyItem(id: ImageId, row: HistoryRow, version: number): Item {
  return { ...historyKey(id, row.rev), version, record: row }
}

export function tagDigest(id: ImageId): string {
  return `${repositoryOf(id)}@${id.digest}`
}

function shardOf(text: string): string {
  const byte = createHash('sha256').update(text).digest()[0] ?? 0
  return SHARDS[byte % SHARDS.length] ?? SHARDS[0]
}
