import { Unavailable } from '../errors.ts'
import type { Tagger } from '../ports.ts'
import { ociRegistry } from '../registry/oci.ts'
import { manifestPath, type OciOptions, ociCaller } from '../registry/oci-call.ts'
import { saysImmutable, saysPut } from '../registry/oci-errors.ts'

/** Puts tags in a registry that speaks only the OCI distribution API; that one has no compare and delete. */
export function ociTagger(options: OciOptions): Tagger {
  const { service, limits, call } = ociCaller(options, 'push')
  const registry = ociRegistry(options)

  return {
    async put(name, tag, manifest) {
      const path = manifestPath(tag)
      const answer = await call({
        name,
        path,
        accept: '*/*',
        maxBytes: limits.errorBytes,
        put: manifest,
        wanted: (one) => saysPut(one) || saysImmutable(one),
      })
      if (answer === undefined) {
        throw new Unavailable(service, `PUT ${path} of "${name}": repository or blobs are gone`)
      }
      // A registry may refuse an immutable tag that holds this very digest, and somebody may have pushed since
      const held = await registry.resolve(name, tag)
      if (held === manifest.digest) return 'put'
      if (held !== undefined && saysImmutable(answer)) return 'taken'
      const instead = held === undefined ? 'there is no such tag' : `the tag is on ${held}`
      throw new Unavailable(service, `PUT ${path} of "${name}": answered ${answer.status}, and now ${instead}`)
    },
  }
}
