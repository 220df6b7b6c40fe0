import type { Page } from '../ports.ts'

/** A page, and where the list goes on if it does. */
export function pageOf<T>(items: readonly T[], cursor: string | undefined): Page<T> {
  return cursor === undefined ? { items } : { items, cursor }
}
