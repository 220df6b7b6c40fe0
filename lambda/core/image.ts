import { BadInput } from './bad-input.ts'

/** A content address; the only name an image is ever judged under. */
export type Digest = `sha256:${string}`

/** What people write: `[HOST/]NAME[:TAG][@DIGEST]`, host and name already normalised. */
export type ImageRef = { readonly host: string; readonly name: string; readonly tag?: string; readonly digest?: Digest }

/** One image in one repository. A tag never identifies an image. */
export type ImageId = { readonly host: string; readonly name: string; readonly digest: Digest }

// Grammar: github.com/opencontainers/distribution-spec, "Pulling manifests"
const DIGEST = /^sha256:[0-9a-f]{64}$/
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/
const NAME = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/
const HOST =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[0-9a-fA-F:]+\])(?::[0-9]{1,5})?$/
const MAX_NAME = 255
const MAX_REFERENCE = 512

export function isDigest(text: unknown): text is Digest {
  return typeof text === 'string' && DIGEST.test(text)
}

export function isTag(text: unknown): text is string {
  return typeof text === 'string' && TAG.test(text)
}

export function isRepositoryName(text: unknown): text is string {
  return typeof text === 'string' && text.length <= MAX_NAME && NAME.test(text)
}

/** Reads an image reference as Docker does (docker.io and `latest` defaults); throws BadInput naming what is wrong. */
export function parseImage(text: string): ImageRef {
  if (text.length > MAX_REFERENCE)
    throw new BadInput(`image reference of ${text.length} characters; at most ${MAX_REFERENCE} are allowed`)
  const at = text.indexOf('@')
  const digest = at < 0 ? undefined : text.slice(at + 1)
  if (digest !== undefined && !isDigest(digest)) {
    throw new BadInput(`image "${text}": digest "${digest}" is not sha256: and 64 lower-case hex digits`)
  }
  const named = at < 0 ? text : text.slice(0, at)
  const colon = named.lastIndexOf(':')
  const tag = colon > named.lastIndexOf('/') ? named.slice(colon + 1) : undefined
  if (tag !== undefined && !TAG.test(tag)) {
    throw new BadInput(
      `image "${text}": tag "${tag}" is not 1 to 128 of letters, digits, "_", "." and "-", not starting with "." or "-"`,
    )
  }
  const { host, name } = splitHost(tag === undefined ? named : named.slice(0, colon))
  if (!HOST.test(host))
    throw new BadInput(`image "${text}": registry host "${host}" is not a host name with an optional port`)
  if (name.length > MAX_NAME || !NAME.test(name)) {
    throw new BadInput(`image "${text}": repository "${name}" is not lower-case words joined by "/", ".", "_" or "-"`)
  }
  const version = tag ?? (digest === undefined ? 'latest' : undefined)
  return { host: normaliseHost(host), name, ...(version && { tag: version }), ...(digest && { digest }) }
}

function splitHost(path: string): { host: string; name: string } {
  const slash = path.indexOf('/')
  const first = slash < 0 ? '' : path.slice(0, slash)
  const isHost = first.includes('.') || first.includes(':') || first === 'localhost'
  const host = isHost ? first : 'docker.io'
  const rest = isHost ? path.slice(slash + 1) : path
  const official = normaliseHost(host) === 'index.docker.io' && !rest.includes('/')
  return { host, name: official ? `library/${rest}` : rest }
}

/** One name for each registry: Docker Hub's three are `index.docker.io`, `localhost` is `127.0.0.1`. */
export function normaliseHost(host: string): string {
  // Without its port a name of one word would read as a Docker Hub user
  const lower = host.toLowerCase().replace(/(?<=\..*):443$/, '')
  if (lower === 'docker.io' || lower === 'registry-1.docker.io') return 'index.docker.io'
  return lower.replace(/^localhost(?=:|$)/, '127.0.0.1')
}

export function formatImage(image: ImageRef): string {
  const tag = image.tag === undefined ? '' : `:${image.tag}`
  const digest = image.digest === undefined ? '' : `@${image.digest}`
  return `${image.host}/${image.name}${tag}${digest}`
}

/** Whether both are one image in one repository. */
export function isSameImage(one: ImageId, other: ImageId): boolean {
  return one.host === other.host && one.name === other.name && one.digest === other.digest
}

/** `HOST/NAME`, the repository an image lives in. */
export function repositoryOf(image: { readonly host: string; readonly name: string }): string {
  return `${image.host}/${image.name}`
}
