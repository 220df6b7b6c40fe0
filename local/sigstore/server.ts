/**
 * A Sigstore for tests and demonstrations: certificate authority, certificate transparency, Rekor v1 and v2, and a
 * timestamp authority, on loopback. It issues a certificate for any identity to whoever asks: tokens are read, not
 * authenticated, and logged signatures are not verified. Trust it for nothing that matters.
 */
import { join } from 'node:path'
import { openAuthority } from './authority.ts'
import { clientFiles } from './client-files.ts'
import { writeDurably } from './durable-file.ts'
import { serve } from './http.ts'
import { rekor } from './rekor.ts'
import { routes } from './routes.ts'
import { endpointsAt, signingConfig, type Witnessed } from './signing-config.ts'
import { openLog } from './transparency-log.ts'
import { trustedRoot } from './trusted-root.ts'

export type PrivateSigstore = {
  readonly url: string
  /** trusted_root.json, parsed. */
  readonly trustedRoot: unknown
  /** A signing config for cosign and sigstore-js, parsed. */
  readonly signingConfig: (kind: Witnessed) => unknown
  /** trusted_root.json, signing configs and PEM files as clients read them, by file name. */
  readonly clientFiles: Readonly<Record<string, string>>
  readonly close: () => Promise<void>
}

/** Starts a private Sigstore. With `dir` its keys and logs live there and survive a restart, and clients find their files in `dir/client`. */
export async function startSigstore(options: {
  readonly dir?: string
  readonly port: number
  readonly now: () => Date
}): Promise<PrivateSigstore> {
  const inDir = (name: string) => (options.dir === undefined ? undefined : join(options.dir, name))
  const authority = openAuthority(inDir('authority.json'), options.now())
  const services = {
    authority,
    rekor: rekor(openLog(inDir('rekor')), authority.rekor),
    log2: openLog(inDir('rekor2')),
  }
  const { url, close } = await serve(routes(services, options.now), options.port)
  const endpoints = endpointsAt(url)
  const files = clientFiles(authority, endpoints)
  const clientDir = inDir('client')
  if (clientDir !== undefined) {
    for (const [name, text] of Object.entries(files)) writeDurably(join(clientDir, name), text)
  }
  return {
    url,
    trustedRoot: trustedRoot(authority, endpoints),
    signingConfig: (kind) => signingConfig(kind, endpoints, authority.validFrom),
    clientFiles: files,
    close,
  }
}
