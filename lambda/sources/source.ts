import type { Push } from '../core/push.ts'

/** A registry of this installation, as its events name it: account and region stand for a host. */
export type EventRegistry = { readonly host: string; readonly account: string; readonly region: string }

/** What an event says: pushes to look into, or the reason why it says nothing to us. */
export type Parsed = { readonly pushes: readonly Push[] } | { readonly dropped: string }

/** One registry's events. To add one: a file like ecr.ts, a line in index.ts, a sample in events/. */
export type Source = {
  readonly name: string
  /** How its events reach us: by an EventBridge rule with this pattern, or put on the queue by ourselves. */
  readonly arrives: { readonly by: 'eventbridge'; readonly pattern: EventPattern } | { readonly by: 'queue' }
  /** Is this payload one of ours to parse? */
  recognises(payload: unknown): boolean
  parse(payload: unknown, registries: readonly EventRegistry[]): Parsed
}

/** An EventBridge rule's pattern, in EventBridge's own form. */
export type EventPattern = { readonly source: readonly string[]; readonly 'detail-type': readonly string[] }
