import { type ClaimedImage, claimedImage } from './claimed-image.ts'
import { isObject } from './is-object.ts'
import { isImagePurl, type Purl, parsePurl } from './purl.ts'

const LONGEST = 2_048
const BY_SCHEME = /^(?:docker|docker-image|docker-pullable|oci):\/\/(.+)$/

/**
 * The image that a dependency or material of SLSA provenance is, by its `uri` and the `digest` beside; undefined where it is
 * none. Read are package URLs (https://github.com/package-url/purl-spec) as BuildKit and others write them, and references.
 */
export function dependencyImage(dependency: unknown): ClaimedImage | undefined {
  if (!isObject(dependency)) return undefined
  const { uri, digest } = dependency
  if (typeof uri !== 'string' || uri.length > LONGEST) return undefined
  const sha256 = isObject(digest) ? digest.sha256 : undefined
  const beside = typeof sha256 === 'string' ? `sha256:${sha256}` : sha256
  const purl = parsePurl(uri)
  if (purl !== undefined) return isImagePurl(purl) ? ofPurl(purl, beside) : undefined
  const reference = isBare(uri) ? uri : BY_SCHEME.exec(uri)?.[1]
  return reference === undefined ? undefined : claimedImage({ reference, digests: [beside] })
}

/** `HOST/NAME@sha256:…`: without its host, or without the digest, it may be anything. */
function isBare(uri: string): boolean {
  const [host = ''] = uri.split('/', 1)
  const isHost = host.length < uri.length && (/[.:]/.test(host) || host === 'localhost')
  return isHost && uri.includes('@sha256:') && !uri.includes('://')
}

function ofPurl({ type, path, version, qualifiers }: Purl, beside: unknown): ClaimedImage | undefined {
  // BuildKit lists single blobs of repositories as well
  if (qualifiers.get('ref_type') === 'blob') return undefined
  const isDigest = version?.includes(':') === true
  const tag = isDigest ? qualifiers.get('tag') : (version ?? qualifiers.get('tag'))
  const repository = type === 'docker' ? dockerRepository(path, qualifiers) : locationOf(qualifiers)
  return claimedImage({
    reference: repository === undefined || tag === undefined ? repository : `${repository}:${tag}`,
    digests: [isDigest ? version : undefined, qualifiers.get('digest'), beside],
    platform: platformOf(qualifiers),
  })
}

/** BuildKit writes the host into the namespace; others name it apart, with or without the name once more. */
function dockerRepository(path: string, qualifiers: Purl['qualifiers']): string {
  const location = locationOf(qualifiers)
  return location === undefined || location.endsWith(`/${path}`) ? (location ?? path) : `${location}/${path}`
}

/** For `oci` the only place that tells the host: its name alone is of no registry. */
function locationOf(qualifiers: Purl['qualifiers']): string | undefined {
  const location = qualifiers.get('repository_url')?.replace(/^https?:\/\//, '')
  return location?.endsWith('/') ? location.slice(0, -1) : location
}

function platformOf(qualifiers: Purl['qualifiers']): string | undefined {
  const [os, arch] = [qualifiers.get('os'), qualifiers.get('arch')]
  return qualifiers.get('platform') ?? (os === undefined || arch === undefined ? undefined : `${os}/${arch}`)
}
