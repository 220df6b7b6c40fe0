import { jsonObject } from '../core/json-object.ts'
import { Misconfigured, Unavailable } from '../errors.ts'
import type { Clock } from '../ports.ts'
import { parseChallenges } from './challenge.ts'
import type { Answer, Exchange } from './exchange.ts'
import { isTokenUrl } from './hosts.ts'
import type { Limits } from './limits.ts'

/** Who we are to a registry. */
export type Credentials = { readonly username: string; readonly password: string }

/** Credentials that are at hand, or are fetched when a registry first wants a login. */
export type Login = Credentials | (() => Promise<Credentials>)

/** Learns from a registry's challenges how to authenticate, and keeps what it learnt. */
export type RegistryAuth = {
  /** The Authorization header for a scope such as `repository:NAME:pull`, as far as the registry has told how. */
  header(scope: string): Promise<string | undefined>
  /** Takes in the challenge of a 401; whether another try with a new `header` may help. */
  learn(scope: string, challenge: string, sent: string | undefined): boolean
}

/** The registry to log in to, and the means. */
export type AuthOptions = {
  readonly registry: URL
  readonly service: string
  readonly credentials?: Login
  readonly exchange: Exchange
  readonly limits: Limits
  readonly now: Clock
}

type Scheme = { readonly kind: 'basic' } | { readonly kind: 'bearer'; readonly realm: URL; readonly service?: string }
type Token = { readonly header: string; readonly until: number }

const MAX_TOKENS = 256
// https://distribution.github.io/distribution/spec/auth/token/#token-response-fields
const DEFAULT_SECONDS = 60
const MAX_SECONDS = 3_600
const EARLY_MS = 10_000

/** Basic and Docker token authentication for one registry; anonymous tokens where there are no credentials. */
export function tokenAuth({ registry, service, credentials, exchange, limits, now }: AuthOptions): RegistryAuth {
  const login = async () => (typeof credentials === 'function' ? credentials() : credentials)
  const basic = async () => {
    const known = await login()
    return known && `Basic ${Buffer.from(`${known.username}:${known.password}`).toString('base64')}`
  }
  const tokens = new Map<string, Promise<Token>>()
  let scheme: Scheme | undefined

  return {
    async header(scope) {
      if (scheme?.kind !== 'bearer') return scheme && basic()
      const pending = tokens.get(scope)
      const held = pending && (await pending)
      if (held && held.until > now().getTime()) return held.header
      if (tokens.size >= MAX_TOKENS) tokens.clear()
      const token = requestToken(scope, scheme.realm, scheme.service)
      tokens.set(scope, token)
      token.catch(() => {
        tokens.delete(scope)
        // What we were told of it may have been wrong: the registry is asked anew
        scheme = undefined
      })
      return (await token).header
    },

    learn(scope, challenge, sent) {
      const offers = parseChallenges(challenge)
      const bearer = offers.find((offer) => offer.scheme === 'bearer')
      if (bearer !== undefined) {
        scheme = { kind: 'bearer', realm: tokenUrl(bearer.params.realm ?? ''), service: bearer.params.service }
        if (sent !== undefined) tokens.delete(scope)
        return true
      }
      const isRefused = credentials === undefined || sent?.startsWith('Basic ') === true
      if (isRefused || !offers.some((offer) => offer.scheme === 'basic')) return false
      scheme = { kind: 'basic' }
      return true
    },
  }

  function tokenUrl(realm: string): URL {
    if (URL.canParse(realm) && isTokenUrl(registry, new URL(realm))) return new URL(realm)
    throw new Misconfigured(
      `${service} sends us for a token to "${realm.slice(0, 200)}"; allowed is the registry's own host, over https: nothing was sent`,
    )
  }

  async function requestToken(scope: string, realm: URL, audience: string | undefined): Promise<Token> {
    const url = new URL(realm)
    if (audience !== undefined) url.searchParams.set('service', audience)
    // The scope is ours, never the one the challenge asks for
    url.searchParams.set('scope', scope)
    const asked = now().getTime()
    const answer = await exchange({
      url,
      accept: 'application/json',
      maxBytes: limits.tokenBytes,
      redirects: 0,
      authorization: await basic(),
    })
    if (answer.status === 401 || answer.status === 403) {
      const known = await login()
      const who = known ? `the credentials of "${known.username}"` : 'anonymous'
      throw new Misconfigured(
        `${service} gives ${who} no token for ${scope} (${answer.status} from ${url.host}): credentials with that permission are needed`,
      )
    }
    const token = answer.status === 200 ? readToken(answer) : undefined
    if (token === undefined) throw new Unavailable(service, `no usable token from ${url.host} (${answer.status})`)
    return { header: `Bearer ${token.value}`, until: asked + token.seconds * 1_000 - EARLY_MS }
  }
}

function readToken({ bytes }: Answer): { value: string; seconds: number } | undefined {
  const { token, access_token, expires_in } = jsonObject(bytes) ?? {}
  const value = token ?? access_token
  // Anything but visible ASCII cannot be sent in a header
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value)) return undefined
  const seconds = typeof expires_in === 'number' ? expires_in : DEFAULT_SECONDS
  return { value, seconds: Math.min(seconds, MAX_SECONDS) }
}
