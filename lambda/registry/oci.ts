import { BadInput } from '../core/bad-input.ts'
import { digestOf } from '../core/digest-of.ts'
import { type Digest, isDigest, isRepositoryName, isTag } from '../core/image.ts'
import { type FetchedManifest, MANIFEST_TYPES } from '../core/manifest.ts'
import { Misconfigured, Unavailable } from '../errors.ts'
import type { Clock, Registry } from '../ports.ts'
import { assertFewValues } from './assert-few-values.ts'
import { type Answer, exchanger } from './exchange.ts'
import { isLoopbackHost } from './hosts.ts'
import { LIMITS, type Limits } from './limits.ts'
import { absentOrThrow } from './oci-errors.ts'
import { ociLists } from './oci-lists.ts'
import { proveDigest } from './prove-digest.ts'
import { listReferrers } from './referrers.ts'
import { type Credentials, tokenAuth } from './token-auth.ts'

/** Where a registry is and how to talk to it. */
export type OciOptions = {
  /** `HOST[:PORT]`, normalised. */
  readonly host: string
  /** `http` is for loopback addresses only. */
  readonly scheme?: 'https' | 'http'
  readonly credentials?: Credentials
  readonly limits?: Partial<Limits>
  readonly fetch?: typeof globalThis.fetch
  readonly now?: Clock
}

type Asked = {
  /** The repository; none for what is asked of the registry as a whole. */
  readonly name?: string
  readonly path: string
  readonly accept: string
  readonly maxBytes: number
  readonly optional?: boolean
}

/** Any registry that speaks the OCI distribution API. https://github.com/opencontainers/distribution-spec/blob/main/spec.md */
export function ociRegistry(options: OciOptions): Registry {
  const { credentials, fetch, now = () => new Date() } = options
  const limits = { ...LIMITS, ...options.limits }
  const registry = baseUrl(options)
  const service = `registry ${options.host}`
  const exchange = exchanger({ service, limits, fetch })
  const auth = tokenAuth({ registry, service, credentials, exchange, limits, now })
  const who = credentials ? `"${credentials.username}"` : 'anonymous'

  // Whatever lies under a tag, and however hard it is to read, others must be able to tell that it is not theirs
  const resolve = async (name: string, tag: string) => (await served(name, tag, limits.manifestBytes))?.digest

  return {
    resolve,

    async manifest(name, reference, maxBytes = limits.manifestBytes) {
      const manifest = await served(name, reference, maxBytes)
      if (manifest) assertFewValues(manifest.bytes, limits.jsonSize, `${service}: manifests/${reference} of "${name}"`)
      return manifest
    },

    async blob(name, digest, maxBytes) {
      const answer = await get({ name, path: `blobs/${checked(digest)}`, accept: '*/*', maxBytes })
      if (answer === undefined) return undefined
      proveDigest(service, name, digest, answer.bytes)
      return answer.bytes
    },

    async referrers(name, digest, { artifactType, maxBytes = limits.manifestBytes } = {}) {
      const path = `referrers/${checked(digest)}`
      const asked = { name, path, accept: MANIFEST_TYPES[1], maxBytes, optional: true }
      const first = urlOf(asked)
      if (artifactType !== undefined) first.searchParams.set('artifactType', artifactType)
      const listed = await listReferrers(first, (url) => get(asked, url), { service, limits, maxBytes })
      // A registry may ignore the filter (distribution-spec 1.1, "Listing Referrers")
      return listed?.filter((one) => artifactType === undefined || one.artifactType === artifactType)
    },

    tagsOf: async () => undefined,

    ...ociLists({ service, limits, page, resolve }),
  }

  async function page(name: string | undefined, query: string) {
    const list = name === undefined ? { path: '_catalog', optional: true } : { name, path: 'tags/list' }
    const asked = { ...list, accept: 'application/json', maxBytes: limits.manifestBytes }
    const url = urlOf(asked)
    url.search = query
    const answer = await get(asked, url)
    return answer && { url, answer }
  }

  async function served(name: string, reference: string, maxBytes: number): Promise<FetchedManifest | undefined> {
    if (!isDigest(reference) && !isTag(reference)) throw badInput(reference, 'a tag or a sha256 digest')
    const accept = MANIFEST_TYPES.join(', ')
    const answer = await get({ name, path: `manifests/${reference}`, accept, maxBytes })
    if (answer === undefined) return undefined
    const mediaType = mediaTypeOf(answer)
    if (!mediaType.startsWith('application/')) {
      throw new Unavailable(service, `manifests/${reference} of "${name}": "${mediaType}" instead of a manifest`)
    }
    // The Docker-Content-Digest header is the registry's word; the bytes are the proof (CVE-2023-33959)
    if (isDigest(reference)) proveDigest(service, name, reference, answer.bytes)
    return { digest: digestOf(answer.bytes), mediaType, bytes: answer.bytes }
  }

  function urlOf({ name, path }: Asked): URL {
    if (name === undefined) return new URL(`v2/${path}`, registry)
    if (!isRepositoryName(name)) throw badInput(name, 'a repository name')
    return new URL(`v2/${name}/${path}`, registry)
  }

  async function get(asked: Asked, url: URL = urlOf(asked)): Promise<Answer | undefined> {
    const { name = '*', accept, maxBytes } = asked
    // Reading is all we need
    const scope = asked.name === undefined ? 'registry:catalog:*' : `repository:${name}:pull`
    const authorization = await auth.header(scope)
    let answer = await exchange({ url, accept, maxBytes, authorization })
    const challenge = answer.status === 401 && !answer.stranger ? answer.headers.get('www-authenticate') : null
    if (challenge !== null && auth.learn(scope, challenge, authorization)) {
      answer = await exchange({ url, accept, maxBytes, authorization: await auth.header(scope) })
    }
    return answer.status === 200 ? answer : absentOrThrow(answer, { service, who, ...asked, name })
  }
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

function checked(digest: Digest): Digest {
  if (isDigest(digest)) return digest
  throw badInput(digest, 'sha256: and 64 lower-case hex digits')
}

// Whatever goes into a path is checked right before: a name with ".." or "?" in it would read something else
function badInput(value: unknown, allowed: string): BadInput {
  return new BadInput(`${JSON.stringify(value)} is not ${allowed}`)
}

function mediaTypeOf({ headers }: Answer): string {
  const [type = ''] = (headers.get('content-type') ?? '').split(';')
  return type.trim().toLowerCase()
}
