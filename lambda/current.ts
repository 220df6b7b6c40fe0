import { kmsKeysOf } from './core/policy/authorities.ts'
import type { PolicySet } from './core/policy/policy.ts'
import { type Fetched, readFetched, readVersion, type TrustStore } from './trust/fetched.ts'

/** Policies as they stand before anything is fetched, and how to read them again with what has been. */
export type PolicySource = {
  readonly policies: PolicySet
  again(fetched: Fetched): Promise<PolicySet>
}

/**
 * The world as it is now: made once, and anew whenever the trust function has fetched another root or key than the world knows.
 * The version is read each time, so that an image which one function has judged anew is not judged by old roots in another.
 * Where policies name nothing to fetch, nothing is read.
 */
export function current<World>(
  store: TrustStore,
  source: PolicySource,
  build: (policies: PolicySet) => World,
): () => Promise<World> {
  const named = { mirrors: source.policies.mirrors, keyArns: kmsKeysOf(source.policies.policies) }
  if (named.mirrors.length + named.keyArns.length === 0) {
    const only = build(source.policies)
    return async () => only
  }
  let known: { readonly version: string | undefined; readonly world: World } | undefined
  return async () => {
    const version = await readVersion(store)
    if (known !== undefined && known.version === version) return known.world
    const world = build(await source.again(await readFetched(store, named)))
    known = { version, world }
    return world
  }
}
