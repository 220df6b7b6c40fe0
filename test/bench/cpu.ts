/** One thing to measure: `run` does it once, on the n-th of its distinct inputs. */
export type Work = { readonly name: string; readonly run: (at: number) => void }

export type CpuTimes = { readonly name: string; readonly median: number; readonly p5: number; readonly p95: number }

/**
 * CPU milliseconds of this process for each work, collection and compilation included. The works take turns on each input,
 * in changing order, so that a busy machine slows all of them; inputs from `warmUp` on count, those before warm the code.
 */
export function cpuTimes(works: readonly Work[], { warmUp, count }: { warmUp: number; count: number }): CpuTimes[] {
  const times = works.map((): number[] => [])
  for (let at = 0; at < warmUp + count; at++) {
    for (let turn = 0; turn < works.length; turn++) {
      const index = (at + turn) % works.length
      const before = process.cpuUsage()
      works[index]?.run(at)
      const { user, system } = process.cpuUsage(before)
      if (at >= warmUp) times[index]?.push((user + system) / 1000)
    }
  }
  return works.map(({ name }, index) => ({ name, ...percentiles(times[index] ?? []) }))
}

function percentiles(times: readonly number[]): Omit<CpuTimes, 'name'> {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN
  return { median: at(0.5), p5: at(0.05), p95: at(0.95) }
}
