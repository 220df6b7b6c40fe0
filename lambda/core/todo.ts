import type { TagOutcome } from './alert.ts'
import { BASE_NEWS, type BaseNews } from './bases/next-standing.ts'
import type { AlertEvent, ImageRecord, Todo } from './status.ts'

type Details = {
  readonly events?: readonly AlertEvent[]
  readonly tags?: readonly TagOutcome[]
  readonly begun?: true
  readonly news?: BaseNews
  readonly vouched?: true
}

/** Opens work of a kind, or merges a new reason into the open entry; either way with a new seq (rule 2). */
export function openTodo(record: ImageRecord, kind: Todo['kind'], details: Details = {}): ImageRecord {
  const seq = record.seq + 1
  const open = record.todo.find((entry) => entry.kind === kind)
  const events = [
    ...(open?.events ?? []).filter(({ event }) => !details.events?.includes(event)),
    ...(details.events ?? []).map((event) => ({ event, seq })),
  ]
  const tags = mergeTags(open?.tags, details.tags)
  const news = BASE_NEWS.find((one) => one === open?.news || one === details.news)
  const entry: Todo = {
    kind,
    seq,
    ...(events.length > 0 && { events }),
    ...(tags.length > 0 && { tags }),
    ...(details.begun && { begun: true as const }),
    // Whoever was asked already is asked again: he may have been judged before this news
    ...(news !== undefined && { news }),
    ...((open?.vouched ?? details.vouched) && { vouched: true as const }),
  }
  return { ...record, seq, todo: [...record.todo.filter((other) => other.kind !== kind), entry] }
}

/** Adds to the alert that is still to be sent; where it has gone out, opens another, for this event. */
export function openAlert(record: ImageRecord, event: AlertEvent, tags: readonly TagOutcome[]): ImageRecord {
  return openTodo(record, 'alert', { tags, events: findTodo(record, 'alert') ? [] : [event] })
}

/** Drops work of a kind whatever its seq: what it was for no longer holds. */
export function withoutTodo(record: ImageRecord, kind: Todo['kind']): ImageRecord {
  return { ...record, todo: record.todo.filter((entry) => entry.kind !== kind) }
}

/** Marks work done, unless a new reason has come since `seq` was read. */
export function closeTodo(record: ImageRecord, kind: Todo['kind'], seq: number): ImageRecord {
  return { ...record, todo: record.todo.filter((entry) => entry.kind !== kind || entry.seq !== seq) }
}

/** Marks an alert as told: what has come since stays to be told, and nothing is told twice. */
export function closeAlert(record: ImageRecord, told: Todo): ImageRecord {
  const open = findTodo(record, 'alert')
  if (open === undefined || open.seq === told.seq) return closeTodo(record, 'alert', told.seq)
  const events = open.events?.filter(({ seq }) => seq > told.seq) ?? []
  if (events.length === 0) return closeTodo(record, 'alert', open.seq)
  const tags = open.tags?.filter((tag) => !told.tags?.some((old) => old.tag === tag.tag && old.outcome === tag.outcome))
  const left: Todo = { kind: 'alert', seq: open.seq, events, ...(tags?.length && { tags }) }
  return { ...record, todo: record.todo.map((entry) => (entry.kind === 'alert' ? left : entry)) }
}

export function findTodo(record: ImageRecord, kind: Todo['kind']): Todo | undefined {
  return record.todo.find((entry) => entry.kind === kind)
}

/** Tags that an item lists, and an alert: it must fit into a message of SNS. */
export const MOST_TOLD = 100

/** The last outcome for each tag is the one that is told; of many, the newest. */
function mergeTags(open: readonly TagOutcome[] = [], added: readonly TagOutcome[] = []): TagOutcome[] {
  return [...new Map([...open, ...added].map((outcome) => [outcome.tag, outcome])).values()].slice(-MOST_TOLD)
}
