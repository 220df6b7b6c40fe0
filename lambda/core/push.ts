import type { Digest } from './image.ts'

/**
 * What every registry event becomes: a hint that something at this place may have changed.
 * Nothing in it is believed; the registry is read again before anything is judged.
 */
export type Push = {
  readonly id: string
  readonly source: string
  readonly kind: 'push' | 'delete' | 'recheck'
  readonly host: string
  readonly name: string
  readonly tag?: string
  readonly digest?: Digest
  readonly at: string
}

/** A tag, and what it was seen to point at, if anything. */
export type TagSeen = Pick<Push, 'host' | 'name' | 'digest'> & { readonly tag: string }
