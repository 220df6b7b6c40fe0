import { digestOf } from '../core/digest-of.ts'
import { type Digest, isDigest } from '../core/image.ts'
import { type FetchedManifest, MANIFEST_TYPES } from '../core/manifest.ts'
import { Unavailable } from '../errors.ts'
import type { Registry } from '../ports.ts'
import { assertFewValues } from './assert-few-values.ts'
import type { Answer } from './exchange.ts'
import { badInput, manifestPath, type OciOptions, ociCaller } from './oci-call.ts'
import { ociLists } from './oci-lists.ts'
import { proveDigest } from './prove-digest.ts'
import { listReferrers } from './referrers.ts'
import { orReason } from './stream.ts'

const MANIFESTS = MANIFEST_TYPES.join(', ')

/** Any registry that speaks the OCI distribution API. https://github.com/opencontainers/distribution-spec/blob/main/spec.md */
export function ociRegistry(options: OciOptions): Registry {
  const { service, limits, urlOf, call, stream } = ociCaller(options, 'pull')

  // Whatever lies under a tag, and however hard it is to read, others must be able to tell that it is not theirs
  const resolve = async (name: string, tag: string) => (await served(name, tag, limits.manifestBytes))?.digest

  return {
    resolve,

    async peek(name, tag) {
      const asked = { name, path: manifestPath(tag), accept: MANIFESTS, maxBytes: limits.errorBytes, head: true }
      const answer = await call({ ...asked, wanted: ({ status }) => status === 200 || status === 405 })
      if (answer === undefined) return undefined
      const said = answer.stranger ? null : answer.headers.get('docker-content-digest')
      return isDigest(said) ? said : resolve(name, tag)
    },

    async manifest(name, reference, maxBytes = limits.manifestBytes) {
      const manifest = await served(name, reference, maxBytes)
      if (manifest) assertFewValues(manifest.bytes, limits.jsonSize, `${service}: manifests/${reference} of "${name}"`)
      return manifest
    },

    async blob(name, digest, maxBytes) {
      const answer = await call({ name, path: `blobs/${checked(digest)}`, accept: '*/*', maxBytes })
      if (answer === undefined) return undefined
      proveDigest(service, name, digest, answer.bytes)
      return answer.bytes
    },

    async layer(name, digest, signal) {
      const answer = await orReason(signal, stream({ name, path: `blobs/${checked(digest)}`, accept: '*/*' }, signal))
      return answer?.chunks
    },

    async referrers(name, digest, { artifactType, maxBytes = limits.manifestBytes } = {}) {
      const path = `referrers/${checked(digest)}`
      const asked = { name, path, accept: MANIFEST_TYPES[1], maxBytes, optional: true }
      const first = urlOf(asked)
      if (artifactType !== undefined) first.searchParams.set('artifactType', artifactType)
      const listed = await listReferrers(first, (url) => call(asked, url), { service, limits, maxBytes })
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
    const answer = await call(asked, url)
    return answer && { url, answer }
  }

  async function served(name: string, reference: string, maxBytes: number): Promise<FetchedManifest | undefined> {
    const path = manifestPath(reference)
    const answer = await call({ name, path, accept: MANIFESTS, maxBytes })
    if (answer === undefined) return undefined
    const mediaType = mediaTypeOf(answer)
    if (!mediaType.startsWith('application/vnd.')) {
      throw new Unavailable(service, `${path} of "${name}": "${mediaType}" instead of a manifest`)
    }
    // The header is only the registry's word (CVE-2023-33959): where the bytes are others, they were cut or changed on the way
    const expected = isDigest(reference) ? reference : answer.headers.get('docker-content-digest')
    if (isDigest(expected)) proveDigest(service, name, expected, answer.bytes)
    return { digest: digestOf(answer.bytes), mediaType, bytes: answer.bytes }
  }
}

function checked(digest: Digest): Digest {
  if (isDigest(digest)) return digest
  throw badInput(digest, 'sha256: and 64 lower-case hex digits')
}

function mediaTypeOf({ headers }: Answer): string {
  const [type = ''] = (headers.get('content-type') ?? '').split(';')
  return type.trim().toLowerCase()
}
