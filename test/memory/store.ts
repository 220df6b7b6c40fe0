import type { ImageId } from '../../lambda/core/image.ts'
import { repositoryOf } from '../../lambda/core/image.ts'
import type { Page } from '../../lambda/core/page.ts'
import type { HistoryRow, ImageRecord, TagRecord } from '../../lambda/core/status.ts'
import { isHeld } from '../../lambda/core/waiver.ts'
import type { StatusStore } from '../../lambda/ports.ts'
import { matches } from '../../lambda/store/list-images.ts'

/** What lies in the table. Items are replaced, never changed. */
export type Table = ReturnType<typeof emptyTable>

export function emptyTable() {
  return {
    images: new Map<string, ImageRecord>(),
    tags: new Map<string, TagRecord>(),
    history: new Map<string, HistoryRow[]>(),
    copiedFrom: new Map<string, number>(),
    system: new Map<string, Readonly<Record<string, unknown>>>(),
  }
}

/** The status table in memory; checked by the same contract as the one on DynamoDB. */
export function memoryStore({ images, tags, history, copiedFrom, system }: Table = emptyTable()): StatusStore {
  return {
    image: async (id) => copy(images.get(keyOf(id))),
    putImage: async (record, expected) => {
      if (images.get(keyOf(record))?.version !== expected) return false
      images.set(keyOf(record), copy(record))
      return true
    },
    putHistory: async (id, row, version) => {
      const key = `${keyOf(id)} ${row.rev}`
      if ((copiedFrom.get(key) ?? 0) > version) return
      copiedFrom.set(key, version)
      const others = (history.get(keyOf(id)) ?? []).filter(({ rev }) => rev !== row.rev)
      history.set(
        keyOf(id),
        [copy(row), ...others].sort((a, b) => b.rev - a.rev),
      )
    },
    history: async (id, limit, cursor) => {
      const rows = (history.get(keyOf(id)) ?? []).filter(
        ({ rev }) => cursor === undefined || rev < Number(cursor.slice(2)),
      )
      const items = rows.slice(0, limit)
      const last = items.at(-1)
      return rows.length > limit && last ? { items, cursor: `H#${String(last.rev).padStart(10, '0')}` } : { items }
    },
    tag: async (host, name, tag) => copy(tags.get(`${host}/${name}:${tag}`)),
    putTag: async (record, expected) => {
      const key = `${record.host}/${record.name}:${record.tag}`
      if (tags.get(key)?.rev !== expected) return false
      tags.set(key, copy(record))
      return true
    },
    tagsOf: async (id) =>
      [...tags.values()].filter(
        ({ host, name, digest }) => host === id.host && name === id.name && digest === id.digest,
      ),
    images: async (query) => {
      const all = [...images.values()]
        .filter(
          (record) =>
            matches(record, query) && (query.repository === undefined || repositoryOf(record) === query.repository),
        )
        .map((record) => ({ key: `${record.firstSeenAt}#${keyOf(record)}`, record }))
        .sort((a, b) => (a.key < b.key ? 1 : -1))
        .filter(({ key }) => query.cursor === undefined || key < query.cursor)
      const page = all.slice(0, query.limit)
      const items = page.map(({ record }) => copy(record))
      return all.length > query.limit ? { items, cursor: page.at(-1)!.key } : { items }
    },
    due: async (now, limit) =>
      [...images.values()]
        .filter(({ dueAt }) => dueAt !== undefined && dueAt <= now)
        .sort((a, b) => (a.dueAt! < b.dueAt! ? -1 : 1))
        .slice(0, limit),
    waived: async (now, limit, cursor = `${now}~`) =>
      pageOf(
        [...images.values()]
          .filter(({ waiver }) => waiver !== undefined && waiver.revokedAt === undefined && waiver.expiresAt > now)
          .map((record) => ({ key: `${record.waiver!.expiresAt}#${keyOf(record)}`, record })),
        limit,
        cursor,
      ),
    bases: async (limit, cursor = '') =>
      pageOf(
        [...images.values()]
          .filter(({ standing }) => standing !== undefined)
          .map((record) => ({ key: `${record.firstSeenAt}#${keyOf(record)}`, record })),
        limit,
        cursor,
      ),
    system: async (key) => copy(system.get(key)),
    putSystem: async (key, value) => void system.set(key, copy(value)),
    swapSystem: async (key, value, expected) => {
      if (system.get(key)?.version !== expected) return false
      system.set(key, copy(value))
      return true
    },
    taken: async (since, limit, cursor = since) =>
      pageOf(
        [...images.values()]
          .filter(isHeld)
          .map((record) => ({ key: `${record.takenAt ?? record.checkedAt}#${keyOf(record)}`, record })),
        limit,
        cursor,
      ),
  }
}

/** Images by a key, those after the cursor, the earliest first. */
function pageOf(
  all: readonly { readonly key: string; readonly record: ImageRecord }[],
  limit: number,
  cursor: string,
): Page<ImageId> {
  const after = all.filter(({ key }) => key > cursor).toSorted((a, b) => (a.key < b.key ? -1 : 1))
  const page = after.slice(0, limit)
  const items = page.map(({ record: { host, name, digest } }) => ({ host, name, digest }))
  return after.length > limit ? { items, cursor: page.at(-1)!.key } : { items }
}

function keyOf({ host, name, digest }: ImageId): string {
  return `${host}/${name}@${digest}`
}

/** As a round trip through the table: nothing is shared, undefined fields are gone. */
function copy<T>(value: T): T {
  return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T)
}
