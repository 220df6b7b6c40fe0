import { BadInput } from '../core/bad-input.ts'
import { isDigest, isRepositoryName, isTag } from '../core/image.ts'
import { Misconfigured } from '../errors.ts'
import type { Clock } from '../ports.ts'
import { type Answer, exchanger } from './exchange.ts'
import type { Content } from './follow.ts'
import { isLoopbackHost } from './hosts.ts'
import { LIMITS, type Limits } from './limits.ts'
import { absentOrThrow, type Right } from './oci-errors.ts'
import { type Streamed, streamer } from './stream.ts'
import { type Login, tokenAuth } from './token-auth.ts'

/** Where a registry is and how to talk to it. */
export type OciOptions = {
  /** `HOST[:PORT]`, normalised. */
  readonly host: string
  /** `http` is for loopback addresses only. */
  readonly scheme?: 'https' | 'http'
  readonly credentials?: Login
  readonly limits?: Partial<Limits>
  readonly fetch?: typeof globalThis.fetch
  readonly now?: Clock
}

/** Something in a repository, or in the registry as a whole. */
export type OciPlace = {
  /** The repository; none for what is asked of the registry as a whole. */
  readonly name?: string
  /** The part of the repository, as `manifests/latest`. */
  readonly path: string
  readonly accept: string
  /** It is a list that registries may be without. */
  readonly optional?: boolean
}

/** What to ask, and how much of the answer to read at most. */
export type OciRequest = OciPlace & {
  readonly maxBytes: number
  /** Only its headers are wanted. */
  readonly head?: boolean
  /** What to put there; without it, what is there is read. */
  readonly put?: Content
  /** The answers that the caller reads; those with status 200 where not given. */
  readonly wanted?: (answer: Answer) => boolean
}

/** Asks one registry, and logs in where it wants us to. */
export type OciCaller = {
  /** Whom messages name. */
  readonly service: string
  readonly limits: Limits
  readonly urlOf: (place: OciPlace) => URL
  /** Absent things are undefined; refusals throw Misconfigured, outages Unavailable. */
  readonly call: (request: OciRequest, url?: URL) => Promise<Answer | undefined>
  /** The same, for what is too long to be held; the signal ends it. */
  readonly stream: (place: OciPlace, signal: AbortSignal) => Promise<Streamed | undefined>
}

/** Whoever may push may pull as well. */
const RIGHTS = { pull: 'pull', push: 'pull,push' } as const satisfies Record<Right, string>

/** Calls to one registry with no more rights than these. */
export function ociCaller(options: OciOptions, right: Right): OciCaller {
  const { host, credentials, fetch, now = () => new Date() } = options
  const limits = { ...LIMITS, ...options.limits }
  const registry = baseUrl(options)
  const service = `registry ${host}`
  const exchange = exchanger({ service, limits, fetch })
  const streaming = streamer({ service, limits, fetch })
  const auth = tokenAuth({ registry, service, credentials, exchange, limits, now })
  const who = credentials === undefined ? 'anonymous' : whoIs(credentials)

  function urlOf({ name, path }: OciPlace): URL {
    if (name === undefined) return new URL(`v2/${path}`, registry)
    if (!isRepositoryName(name)) throw badInput(name, 'a repository name')
    return new URL(`v2/${name}/${path}`, registry)
  }

  async function call(request: OciRequest, url = urlOf(request)): Promise<Answer | undefined> {
    const { accept, maxBytes, head, put } = request
    const send = (authorization?: string) => exchange({ url, accept, maxBytes, head, put, authorization })
    return asked(request, send, request.wanted)
  }

  async function stream(place: OciPlace, signal: AbortSignal): Promise<Streamed | undefined> {
    const { accept } = place
    const url = urlOf(place)
    return asked(place, (authorization) => streaming({ url, accept, authorization }, signal))
  }

  async function asked<T extends Answer>(
    place: OciPlace,
    send: (authorization?: string) => Promise<T>,
    wanted: (answer: T) => boolean = ({ status }) => status === 200,
  ): Promise<T | undefined> {
    const { name = '*' } = place
    // No more than we need, whatever the registry asks for
    const scope = place.name === undefined ? 'registry:catalog:*' : `repository:${name}:${RIGHTS[right]}`
    const sent = await auth.header(scope)
    let answer = await send(sent)
    const challenge = answer.status === 401 && !answer.stranger ? answer.headers.get('www-authenticate') : null
    if (challenge !== null && auth.learn(scope, challenge, sent)) answer = await send(await auth.header(scope))
    return wanted(answer) ? answer : absentOrThrow(answer, { service, who, right, ...place, name })
  }

  return { service, limits, urlOf, call, stream }
}

function whoIs(credentials: Login): string {
  return typeof credentials === 'function' ? 'the login of its secret' : `"${credentials.username}"`
}

/** The path of a manifest, by tag or digest. */
export function manifestPath(reference: string): string {
  if (isDigest(reference) || isTag(reference)) return `manifests/${reference}`
  throw badInput(reference, 'a tag or a sha256 digest')
}

/** Whatever goes into a path is checked right before: a name with ".." or "?" in it would read something else. */
export function badInput(value: unknown, allowed: string): BadInput {
  return new BadInput(`${JSON.stringify(value)} is not ${allowed}`)
}

function baseUrl({ host, scheme = 'https' }: OciOptions): URL {
  const base = `${scheme}://${host}/`
  if (!URL.canParse(base) || `${new URL(base).origin}/` !== base) {
    throw new Misconfigured(`registry host "${host}" is not HOST or HOST:PORT in lower case without the default port`)
  }
  if (scheme === 'http' && !isLoopbackHost(host)) {
    throw new Misconfigured(`registry ${host}: http is allowed for 127.0.0.0/8 and [::1] only; use https`)
  }
  return new URL(base)
}
