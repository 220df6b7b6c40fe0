import type { Clock, FullTagger } from '../ports.ts'

/** Puts at most so many tags a second, since ECR allows an account few: whoever comes too early waits. */
export function paced(
  tagger: FullTagger,
  perSecond: number,
  now: Clock,
  pause: (milliseconds: number) => Promise<unknown>,
): FullTagger {
  const every = 1000 / perSecond
  let free = 0
  return {
    ...tagger,
    async put(name, tag, manifest) {
      const at = now().getTime()
      const turn = Math.max(at, free)
      free = turn + every
      if (turn > at) await pause(turn - at)
      return tagger.put(name, tag, manifest)
    },
  }
}
