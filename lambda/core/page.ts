/** A part of a list; with a cursor, by which to ask for the next, where the list goes on. */
export type Page<T> = { readonly items: readonly T[]; readonly cursor?: string }

/** A page, and where the list goes on if it does. */
export function pageOf<T>(items: readonly T[], cursor: string | undefined): Page<T> {
  return cursor === undefined ? { items } : { items, cursor }
}
