import type { Comparison } from './policy/statement-rules.ts'

const LONGEST = 128
// A wildcard stands for many versions; Debian's `2.0+really1.9` is the older one; `1!2.0` has an epoch of Python
const UNORDERED = /\*|^\.?x|really|^!/i

type Version = { readonly epoch: string; readonly release: readonly string[]; readonly rest: string }

/**
 * The order of two versions as far as every packaging scheme agrees: by the numbers at their start. Undefined where the
 * schemes differ: the same numbers with other text behind them (`1.0`, `1.0-rc1`, `1.0-r3`), one epoch only, no number.
 */
export function compareVersions(left: string, right: string): -1 | 0 | 1 | undefined {
  const [a, b] = [readVersion(left), readVersion(right)]
  if (a === undefined || b === undefined || a.epoch !== b.epoch) return undefined
  for (let at = 0; at < Math.max(a.release.length, b.release.length); at++) {
    const order = compareDigits(a.release[at] ?? '', b.release[at] ?? '')
    if (order !== 0) return order
  }
  return a.release.length === b.release.length && a.rest === b.rest ? 0 : undefined
}

/** Whether a version fits a comparison; undefined where that cannot be told for sure. */
export function fitsComparison({ is, version: wanted }: Comparison, version: string): boolean | undefined {
  if (is === '=' && readVersion(wanted) === undefined) return version === wanted
  const order = compareVersions(version, wanted)
  if (order === undefined) return undefined
  return (order === 0 && is.includes('=')) || (order < 0 && is.startsWith('<')) || (order > 0 && is.startsWith('>'))
}

/** Whether a version has an order at all. */
export function isOrdered(version: string): boolean {
  return readVersion(version) !== undefined
}

function readVersion(text: string): Version | undefined {
  const [, epoch = '', numbers, rest = ''] =
    (text.length <= LONGEST && /^v?(?:([0-9]+):)?([0-9]+(?:\.[0-9]+)*)(.*)$/is.exec(text)) || []
  if (numbers === undefined || UNORDERED.test(rest)) return undefined
  const release = numbers.split('.').map((digits) => digits.replace(/^0+/, ''))
  return { epoch, release, rest: rest.toLowerCase() }
}

/** Digits without zeros at the start: nothing is zero. */
function compareDigits(a: string, b: string): -1 | 0 | 1 {
  if (a === b) return 0
  if (a.length !== b.length) return a.length < b.length ? -1 : 1
  return a < b ? -1 : 1
}
