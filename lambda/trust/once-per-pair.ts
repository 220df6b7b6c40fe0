/** Asks once about two objects, and knows the answer as long as both live. What is thrown is asked again. */
export function oncePerPair<A extends object, B extends object>(
  ask: (one: A, other: B) => boolean,
): (one: A, other: B) => boolean {
  const answers = new WeakMap<A, WeakMap<B, boolean>>()
  return (one, other) => {
    const known = answers.get(one) ?? new WeakMap<B, boolean>()
    const answer = known.get(other) ?? ask(one, other)
    answers.set(one, known.set(other, answer))
    return answer
  }
}
