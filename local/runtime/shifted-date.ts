/** Milliseconds a stack's clock is ahead of the machine's, shared with every worker. */
export type ClockOffset = BigInt64Array<SharedArrayBuffer>

/** An offset of zero. */
export function createOffset(): ClockOffset {
  return new BigInt64Array(new SharedArrayBuffer(8))
}

/** The offset in milliseconds. */
export function readOffset(offset: ClockOffset): number {
  return Number(Atomics.load(offset, 0))
}

/** A Date that is ahead of the real one by the offset wherever it would read the machine's clock, and equal to it elsewhere. */
export function shiftedDate(real: DateConstructor, offset: ClockOffset): DateConstructor {
  const now = () => real.now() + readOffset(offset)
  return new Proxy(real, {
    construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    apply: () => new real(now()).toString(),
    get: (target, key, receiver) => (key === 'now' ? now : Reflect.get(target, key, receiver)),
  })
}
