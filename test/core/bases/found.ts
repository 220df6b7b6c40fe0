import type { BaseChanges } from '../../../lambda/core/bases/base-changes.ts'
import type { FoundBase, FoundChain, PlatformBase } from '../../../lambda/core/bases/base-evidence.ts'
import { digest } from '../records.ts'

/** Nothing was done to the base. */
export const UNTOUCHED: BaseChanges = {
  unexpected: [],
  unexpectedCount: 0,
  expectedCount: 2,
  filesAdded: 3,
  bytesAdded: 4,
  setuidAdded: [],
}

/** The library of a base was overwritten. */
export const TAMPERED: BaseChanges = {
  ...UNTOUCHED,
  unexpected: [{ what: 'usr/lib/libssl.so.3', kind: 'replaced' }],
  unexpectedCount: 1,
}

/** A base that `chainguard` vouches for, and that its tag points at. */
export function base(n: number, more: Partial<FoundBase> = {}): FoundBase {
  return {
    image: { host: 'cgr.dev', name: 'chainguard/node', digest: digest(n) },
    vouched: ['chainguard'],
    existedAt: '2026-11-20T00:00:00.000Z',
    tags: [{ tag: 'latest', now: true }],
    ...more,
  }
}

/** That its tag points at another image by now. */
export const REPLACED = {
  tags: [
    {
      tag: 'latest',
      now: false,
      replaced: { tag: 'latest', at: '2026-11-21T00:00:00.000Z', by: digest(9), behind: 2 },
    },
  ],
} as const

/** That its tag points at another image by now that has the same layers. */
export const ALIKE = {
  tags: [{ tag: 'latest', now: false, replaced: { tag: 'latest', by: digest(6), behind: 1, alike: true } }],
} as const

/** A chain of so many layers at which these bases end. */
export function chain(
  layers: number,
  bases: readonly FoundBase[] = [base(layers)],
  more: Partial<FoundChain> = {},
): FoundChain {
  return {
    chain: digest(100 + layers),
    layers,
    bases,
    proved: true,
    changes: Object.fromEntries(bases.flatMap(({ vouched }) => vouched.map((name) => [name, UNTOUCHED]))),
    ...more,
  }
}

/** A platform of five layers that stands on these chains. */
export function platform(found: readonly FoundChain[], more: Partial<PlatformBase> = {}): PlatformBase {
  return { platform: 'linux/amd64', digest: digest(50), layers: 5, claims: [], found, ...more }
}
