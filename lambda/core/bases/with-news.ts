import type { ImageRecord } from '../status.ts'
import { openTodo } from '../todo.ts'
import { isNewlyVouched, newsOf } from './next-standing.ts'

/** Those that stand on it are to be judged anew, and told of, where what it is to them has changed. */
export function withNews(before: ImageRecord | undefined, record: ImageRecord): ImageRecord {
  const news = newsOf(before?.standing, record.standing)
  if (news === undefined) return record
  return openTodo(record, 'derived', {
    news,
    ...(isNewlyVouched(before?.standing, record.standing) && { vouched: true }),
  })
}
