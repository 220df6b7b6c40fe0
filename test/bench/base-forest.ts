import { chainIds } from '../../lambda/core/bases/chain-ids.ts'
import type { PlatformContents } from '../../lambda/core/bases/standing.ts'
import { digestOf } from '../../lambda/core/digest-of.ts'
import type { Digest, ImageId } from '../../lambda/core/image.ts'
import { randomOf } from '../hostile/random.ts'

export const HOST = 'bench.example'
const MOST_LAYERS = 12
const SEED = 1

/** An image by its layers. `beneath`: where the bases end that it stands on, the topmost first. */
export type Made = {
  readonly id: ImageId
  readonly diffIds: readonly Digest[]
  readonly chain: Digest
  readonly beneath: readonly Digest[]
}

/** So many bases of 1 to 12 layers, most of them on another one; the first are the same however many there are. */
export function makeBases(count: number): readonly Made[] {
  const bases: Made[] = []
  for (let n = 0; n < count; n++) {
    const random = randomOf(SEED, n)
    const layers = 1 + random.below(MOST_LAYERS)
    const below = bases.length === 0 ? undefined : random.pick(bases)
    bases.push(
      made(`bases/b${n % 500}`, `base ${n}`, layers, below && below.diffIds.length < layers ? below : undefined),
    )
  }
  return bases
}

/** The nth image, of so many layers, on one of these bases; each tenth on none. */
export function makeImage(n: number, layers: number, bases: readonly Made[]): Made {
  const random = randomOf(SEED + 1, n)
  const name = `prod/app${n % 1000}`
  if (n % 10 === 0) return made(name, `image ${n}`, layers, undefined)
  // Where this one has more layers than the image, the next that has not
  const from = random.below(bases.length)
  const fit = [...bases.slice(from), ...bases.slice(0, from)].find(({ diffIds }) => diffIds.length <= layers)
  return made(name, `image ${n}`, layers, fit)
}

function made(name: string, text: string, layers: number, on: Made | undefined): Made {
  const own = Array.from({ length: layers - (on?.diffIds.length ?? 0) }, (_, layer) =>
    digestOf(Buffer.from(`${text} ${layer}`)),
  )
  const diffIds = [...(on?.diffIds ?? []), ...own]
  return {
    id: { host: HOST, name, digest: digestOf(Buffer.from(text)) },
    diffIds,
    chain: chainIds(diffIds).at(-1)!,
    beneath: on === undefined ? [] : [on.chain, ...on.beneath],
  }
}

/** What one consists of, as its manifest and its config say. */
export function contentsOf({ id, diffIds }: Made): PlatformContents {
  const layers = diffIds.map((diffId) => ({ digest: digestOf(Buffer.from(`stored ${diffId}`)), diffId }))
  const run = { entrypoint: ['app'], cmd: [], env: ['PATH=/usr/bin:/bin'], user: '' }
  return { platform: 'linux/amd64', digest: id.digest, layers, size: 1, run }
}
