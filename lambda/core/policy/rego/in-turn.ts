/**
 * Every way through `count` steps, each taken from where the one before led: what backtracking is.
 * The steps lie on a list, not on the stack: there may be many.
 */
export function* inTurn<State>(
  count: number,
  start: State,
  step: (index: number, from: State) => Iterator<State, undefined>,
): Generator<State, undefined> {
  if (count === 0) return yield start
  const open = [step(0, start)]
  for (let last = open.at(-1); last !== undefined; last = open.at(-1)) {
    const next = last.next()
    if (next.done) open.pop()
    else if (open.length === count) yield next.value
    else open.push(step(open.length, next.value))
  }
  return undefined
}

/** The element that must be there. */
export function elementAt<Element>(list: readonly Element[], at: number): Element {
  if (at >= list.length) throw new RangeError(`no element ${at}`)
  return list[at] as Element
}
