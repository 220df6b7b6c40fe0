import type { BaseEvidence } from '../bases/base-evidence.ts'
import type { PlatformContents } from '../bases/standing.ts'
import type { Digest } from '../image.ts'
import { imageRuntime } from '../image-runtime.ts'
import type { ImageTools } from '../image-tools.ts'

/** How one platform of an image runs, and how large it is: bytes of its layers as they are stored. */
export type Runs = {
  readonly platform: string
  readonly user: string
  readonly entrypoint: readonly string[]
  readonly layers: number
  readonly size: number
  /** Shells and package managers among its files, where these were read. */
  readonly tools?: ImageTools
}

const MAX_PLATFORMS = 8

/** How the platforms of an image run, and what was found among their files. */
export function runsOf(platforms: readonly PlatformContents[], { platforms: found }: BaseEvidence): readonly Runs[] {
  const toolsOf = (digest: Digest) => found.find((one) => one.digest === digest)?.tools
  return platforms.slice(0, MAX_PLATFORMS).map(({ platform, digest, layers, size, run }) => ({
    platform,
    ...imageRuntime({ config: { User: run.user, Entrypoint: run.entrypoint } }),
    layers: layers.length,
    size,
    ...(toolsOf(digest) && { tools: toolsOf(digest) }),
  }))
}
