/** Lets some calls a second through; after a quiet second that many at once. */
export function createTokenBucket(perSecond: number, now: () => Date) {
  // A call costs 1000 and a millisecond brings `perSecond`: whole numbers stay exact.
  const full = Math.max(1, perSecond) * 1000
  let level = full
  let at = now().getTime()

  return {
    /** Whether one more call goes through now. */
    take(): boolean {
      const time = now().getTime()
      // A clock set back brings nothing.
      level = Math.min(full, level + Math.max(0, time - at) * perSecond)
      at = time
      if (level < 1000) return false
      level -= 1000
      return true
    },
  }
}

/** A bucket in use. */
export type TokenBucket = ReturnType<typeof createTokenBucket>
