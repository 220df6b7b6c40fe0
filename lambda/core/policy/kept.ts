/** Remembers what was made of the last texts, at most so many: policies are few, and are asked again and again. */
export function kept<T extends object>(make: (text: string) => T, most: number): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) return before
    const made = make(text)
    const [oldest] = known.keys()
    if (known.size >= most && oldest !== undefined) known.delete(oldest)
    known.set(text, made)
    return made
  }
}
