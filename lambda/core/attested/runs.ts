import type { PlatformContents } from '../bases/standing.ts'
import { imageRuntime } from '../image-runtime.ts'

/** How one platform of an image runs, and how large it is: bytes of its layers as they are stored. */
export type Runs = {
  readonly platform: string
  readonly user: string
  readonly entrypoint: readonly string[]
  readonly layers: number
  readonly size: number
}

const MAX_PLATFORMS = 8

/** How the platforms of an image run. */
export function runsOf(platforms: readonly PlatformContents[]): readonly Runs[] {
  return platforms.slice(0, MAX_PLATFORMS).map(({ platform, layers, size, run }) => ({
    platform,
    ...imageRuntime({ config: { User: run.user, Entrypoint: run.entrypoint } }),
    layers: layers.length,
    size,
  }))
}
