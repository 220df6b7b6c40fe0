import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Digest } from '../../lambda/core/image.ts'
import { MANIFEST_TYPES } from '../../lambda/core/manifest.ts'
import { startRegistry } from '../../local/registry/server.ts'
import { pushImage } from '../../local/signing/image.ts'
import { attachLegacySignature } from '../../local/signing/legacy.ts'
import { signImage } from '../../local/signing/sign-image.ts'
import { withKey } from '../../local/signing/signing.ts'
import { KEYS, NAME } from '../memory/world.ts'
import { ecrClient } from '../registry/local-registry.ts'
import { heldDeadlines } from './deadlines.ts'
import { faultyProxy } from './proxy.ts'

/** Whom the registry knows, and asks for a token. */
export const READER = { username: 'assay', password: 'secret' }

export type PushedImage = { readonly tag: string; readonly digest: Digest; readonly signature: Digest | undefined }

type ToPush = {
  readonly tag: string
  readonly text?: string
  readonly signed?: 'bundle' | 'legacy'
  readonly name?: string
}

/** The registry of the local stack behind the proxy, to be ended. `unchanging`: nothing is pushed after the first look. */
export async function faultyRegistry({ unchanging }: { readonly unchanging: boolean }) {
  const dir = await mkdtemp(join(tmpdir(), 'assay-faults-'))
  const pushing = { now: true }
  const registry = await startRegistry({
    dir,
    port: 0,
    now: () => new Date(),
    onEvent: async () => {},
    authorize: ({ user, password }) => pushing.now || (user === READER.username && password === READER.password),
  })
  const proxy = await faultyProxy(registry.url, { expired: heldDeadlines(), unchanging })
  /** Does something as a pusher, past the proxy. */
  async function asPusher<T>(work: () => Promise<T>): Promise<T> {
    pushing.now = true
    const done = await work()
    pushing.now = false
    return done
  }
  return {
    proxy,
    /** Clients of its ECR API: through the proxy, and past it. */
    client: ecrClient(proxy.url),
    direct: ecrClient(registry.url),
    /** Pushes an image, the same for each text, signed as cosign 3 (`bundle`) or cosign 2 (`legacy`) does, or not at all. */
    push: ({ tag, text = tag, signed, name = NAME }: ToPush) =>
      asPusher(async (): Promise<PushedImage> => {
        const to = { registry: registry.url, name }
        const image = await pushImage({ ...to, tag, files: { text } })
        if (signed === 'legacy') await attachLegacySignature(to, image.digest, withKey(KEYS.privateKey))
        const signature = signed === 'bundle' ? await signImage(to, image, withKey(KEYS.privateKey)) : undefined
        return { tag, digest: image.digest, signature: signature?.digest }
      }),
    /** Signs an image that is there already, as cosign 3 does. */
    sign: (digest: Digest, name: string) =>
      asPusher(() =>
        signImage(
          { registry: registry.url, name },
          { mediaType: MANIFEST_TYPES[0], digest, size: 1 },
          withKey(KEYS.privateKey),
        ),
      ),
    async end() {
      proxy.end()
      await registry.close()
      await rm(dir, { recursive: true })
    },
  }
}

export type FaultyRegistry = Awaited<ReturnType<typeof faultyRegistry>>
