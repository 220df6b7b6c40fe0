import type { Digest } from '../../lambda/core/image.ts'
import type { Push } from '../../lambda/core/push.ts'
import type { Random } from '../hostile/random.ts'
import { digestIn, indexOver, type Manifest, runnable, sign } from '../memory/images.ts'
import { pushed } from '../memory/story.ts'
import { KEYS, type Memory } from '../memory/world.ts'

/** Something done to the registry at a second of the run; it returns the event that tells of it. */
export type Deed = { readonly at: number; readonly act: (outside: Memory) => Push | Promise<Push> }

/** How an image must end. `unknown`: nothing is known of it; `deleted`: whoever pushed it deleted it before its grace was over. */
export type Ending = {
  readonly name: string
  readonly digest: Digest
  readonly state: 'verified' | 'failed' | 'unmanaged' | 'unknown' | 'deleted'
  /** The tag it must have at the end. */
  readonly has?: string
  /** Its signature may have come after its grace: it may have been failed, and must then have been given back. */
  readonly late?: true
  /** How often it was put under each tag: no tag may be taken from it more often. */
  readonly puts: Readonly<Record<string, number>>
}

export type Story = { readonly deeds: readonly Deed[]; readonly endings: readonly Ending[] }

/** A repository, a name that no other story has, and choices. */
type Setting = { readonly name: string; readonly id: string; readonly random: Random }

/** Seconds: a signature within it is in time. */
export const GRACE = 600
const HOUR = 3600

/** Any time within the hour; mostly when the grace is just over, so that it meets the taking of tags. */
function sometime({ below }: Random): number {
  return below(4) === 0 ? below(HOUR) : GRACE + 0.3 + below(700) / 1000
}

const push = (at: number, name: string, manifest: Manifest, tag?: string): Deed => ({
  at,
  act: ({ registry, now }) => ({ ...pushed(registry.push(name, manifest, tag), tag, name), at: now().toISOString() }),
})
const signing = (at: number, name: string, manifest: Manifest): Deed => ({
  at,
  act: async ({ registry }) => pushed(await sign(registry, name, digestIn(manifest), KEYS.privateKey), undefined, name),
})
const removal = (at: number, name: string, manifest: Manifest, tag: string): Deed => ({
  at,
  act: async ({ registry }) => {
    await registry.tagger.remove(name, tag, digestIn(manifest))
    return { ...pushed(digestIn(manifest), tag, name), kind: 'delete' }
  },
})
/** Pushed by digest, signed, then, at the second that is given, tagged: it is never seen unsigned. */
const signedPush = (at: number, name: string, manifest: Manifest, tag: string) => [
  push(at - 2, name, manifest),
  signing(at - 1, name, manifest),
  push(at, name, manifest, tag),
]

const KINDS: readonly ((setting: Setting) => Story)[] = [
  function unsignedUnderTwoTags({ name, id, random }) {
    const image = runnable(id)
    const deeds = [push(0, name, image, id), push(sometime(random), name, image, `${id}-2`)]
    return { deeds, endings: [ending(name, image, 'failed', { puts: { [id]: 1, [`${id}-2`]: 1 } })] }
  },
  function signedBefore({ name, id }) {
    const image = runnable(id)
    return { deeds: signedPush(0, name, image, id), endings: [ending(name, image, 'verified', { has: id })] }
  },
  function signedInTime({ name, id, random }) {
    const image = runnable(id)
    const deeds = [push(0, name, image, id), signing(random.below(GRACE), name, image)]
    return { deeds, endings: [ending(name, image, 'verified', { has: id })] }
  },
  function signedLate({ name, id, random }) {
    const image = runnable(id)
    const deeds = [push(0, name, image, id), signing(sometime(random), name, image)]
    return { deeds, endings: [ending(name, image, 'verified', { has: id, late: true, puts: { [id]: 1 } })] }
  },
  function unsignedIndex({ name, id }) {
    const child = runnable(id)
    const index = indexOver(child)
    const endings = [ending(name, index, 'failed', { puts: { [id]: 1 } }), ending(name, child, 'unknown')]
    return { deeds: [push(0, name, child), push(1, name, index, id)], endings }
  },
  function signedIndex({ name, id, random }) {
    const child = runnable(id)
    const index = indexOver(child)
    const deeds = [push(0, name, child), push(1, name, index, id), signing(random.below(GRACE), name, index)]
    return { deeds, endings: [ending(name, index, 'verified', { has: id }), ending(name, child, 'unknown')] }
  },
  function pushedAgain({ name, id, random }) {
    const image = runnable(id)
    const deeds = [0, sometime(random), sometime(random)].map((at) => push(at, name, image, id))
    return { deeds, endings: [ending(name, image, 'failed', { puts: { [id]: 3 } })] }
  },
  function goodOverBad({ name, id, random }) {
    const [bad, good] = [runnable(id), runnable(`${id} good`)]
    const deeds = [push(0, name, bad, id), ...signedPush(sometime(random), name, good, id)]
    const endings = [ending(name, bad, 'failed', { puts: { [id]: 1 } }), ending(name, good, 'verified', { has: id })]
    return { deeds, endings }
  },
  function badOverGood({ name, id, random }) {
    const [bad, good] = [runnable(id), runnable(`${id} good`)]
    const deeds = [...signedPush(0, name, good, id), push(1 + random.below(HOUR), name, bad, id)]
    return { deeds, endings: [ending(name, bad, 'failed', { puts: { [id]: 1 } }), ending(name, good, 'verified')] }
  },
  function thereAndBack({ name, id, random }) {
    const [bad, good] = [runnable(id), runnable(`${id} good`)]
    const between = sometime(random)
    const again = between + 1 + sometime(random)
    const deeds = [push(0, name, bad, id), ...signedPush(between, name, good, id), push(again, name, bad, id)]
    return { deeds, endings: [ending(name, bad, 'failed', { puts: { [id]: 2 } }), ending(name, good, 'verified')] }
  },
  function deleted({ name, id, random }) {
    const image = runnable(id)
    const deeds = [push(0, name, image, id), removal(1 + random.below(GRACE - 1), name, image, id)]
    return { deeds, endings: [ending(name, image, 'deleted')] }
  },
  function unmanaged({ name, id }) {
    const [image, place] = [runnable(id), name.replace('prod/', 'elsewhere/')]
    return { deeds: [push(0, place, image, id)], endings: [ending(place, image, 'unmanaged', { has: id })] }
  },
]

function ending(name: string, manifest: Manifest, state: Ending['state'], more: Partial<Ending> = {}): Ending {
  return { name, digest: digestIn(manifest), state, puts: {}, ...more }
}

/** Stories of at least so many events, each of a kind and in a repository that the choices say, begun within so many seconds. */
export function makeStories(random: Random, events: number, seconds: number): readonly Story[] {
  const stories: Story[] = []
  for (let told = 0; told < events; ) {
    const begins = random.below(seconds)
    const name = `prod/r${random.below(Math.ceil(events / 25))}`
    const { deeds, endings } = random.pick(KINDS)({ name, id: `t${stories.length}`, random })
    stories.push({ deeds: deeds.map(({ at, act }) => ({ at: begins + at, act })), endings })
    told += deeds.length
  }
  return stories
}
