import { isInternalAddress, isLoopbackHost } from './hosts.ts'

const STATUSES = [301, 302, 303, 307, 308]

/** Whether an answer only says where to look instead. */
export function isRedirect(status: number): boolean {
  return STATUSES.includes(status)
}

/**
 * Where an answer sends us on to, or the reason as text why we do not go there.
 * Names are not resolved here: what an https name resolves to must still prove itself by certificate.
 */
export function redirectTarget(from: URL, location: string | null): URL | string {
  if (location === null || !URL.canParse(location, from.href)) return 'redirect without a usable location'
  const to = new URL(location, from)
  if (to.username !== '' || to.password !== '') return 'redirect to a URL with credentials in it'
  const local = from.protocol === 'http:' && isLoopbackHost(from.host) && isLoopbackHost(to.host)
  if (to.protocol !== 'https:' && !(to.protocol === 'http:' && local)) {
    return `redirect to ${to.protocol}//${to.host}; only https is allowed`
  }
  if (isInternalAddress(to.hostname) && to.hostname !== from.hostname) {
    return `redirect to the internal address ${to.hostname}`
  }
  return to
}
