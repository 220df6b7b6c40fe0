import type { Random } from '../hostile/random.ts'

/** Makes workers stand still before every call, so that the choices of a seed say whose call comes next. */
export function interleaving(random: Random) {
  const waiting: (() => void)[] = []
  return {
    stand: () => new Promise<void>((goOn) => void waiting.push(goOn)),
    /** Lets one of those that stand still make its call; returns how many they were. */
    step(): number {
      const standing = waiting.length
      const last = waiting.pop()
      if (last === undefined) return 0
      const chosen = random.below(waiting.length + 1)
      const goOn = waiting[chosen] ?? last
      if (goOn !== last) waiting[chosen] = last
      goOn()
      return standing
    },
  }
}
