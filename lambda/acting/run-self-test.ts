import type { FetchedManifest } from '../core/manifest.ts'
import { SELF_TEST_REPOSITORY } from '../core/tags.ts'
import { Misconfigured } from '../errors.ts'
import type { Clock, FullTagger, Registry, SelfTestResult, StatusStore } from '../ports.ts'
import { selfTestKey } from './armed.ts'
import { selfTest } from './self-test.ts'

/** The registry to be tested, and how a scratch image gets into it. */
export type Tested = {
  readonly host: string
  readonly registry: Registry
  readonly tagger: FullTagger
  readonly pushScratch: (name: string) => Promise<FetchedManifest>
}

/** Makes the self-test of a registry and writes down what it found: by that, tags are taken there from then on. */
export async function runSelfTest(
  { store, now }: { readonly store: Pick<StatusStore, 'putSystem'>; readonly now: Clock },
  { host, registry, tagger, pushScratch }: Tested,
): Promise<SelfTestResult> {
  const manifest = await pushScratch(SELF_TEST_REPOSITORY)
  const found = await selfTest(registry, tagger, SELF_TEST_REPOSITORY, manifest)
  await store.putSystem(selfTestKey(host), { ...found, at: now().toISOString() })
  return found
}

/** The registry of this host among those that can be tested. */
export function testedOf(tested: ReadonlyMap<string, Tested>, host: string): Tested {
  const found = tested.get(host)
  if (found !== undefined) return found
  const known = [...tested.keys()].join(', ')
  throw new Misconfigured(`registry ${host} has no self-test to make; those that have: ${known}`)
}
