import { Unavailable } from '../errors.ts'
import { sameOrigin } from './hosts.ts'

const NEXT = /<([^<>]+)>[^<>]*\brel="?next\b/

/** Where a list goes on, by the Link header of one of its pages; undefined where it ends. Never on another host. */
export function nextPage(service: string, from: URL, link: string | null): URL | undefined {
  const target = link === null ? undefined : NEXT.exec(link)?.[1]
  if (target === undefined) return undefined
  const to = URL.canParse(target, from.href) ? new URL(target, from) : undefined
  if (to !== undefined && sameOrigin(from, to)) return to
  // Ending the list here would hide what is on it, following would send the token elsewhere
  throw new Unavailable(service, `next page of ${from.pathname} is on another host: not followed`)
}
