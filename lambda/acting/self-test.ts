import { digestOf } from '../core/digest-of.ts'
import type { Digest } from '../core/image.ts'
import type { FetchedManifest } from '../core/manifest.ts'
import type { FullTagger, Registry, SelfTestResult } from '../ports.ts'

/** The tag under which the scratch image stays. */
export const KEEP = 'assay-self-test-keep'
const A = 'assay-self-test-a'
const B = 'assay-self-test-b'
const OTHER = 'assay-self-test-other'

/** `else`: what is left to us where it goes otherwise. */
type Step = {
  readonly does: string
  readonly run: () => Promise<string>
  readonly wants: string
  readonly else: 'overwrite' | 'none'
}

/**
 * Finds out in a scratch repository whether removing a tag with its digest removes that tag and nothing else, which AWS does not
 * document. Where it does anything else, tags can still be overwritten.
 * `manifest` is an image already pushed there. Repeatable; leaves the image under two tags of its own.
 */
export async function selfTest(
  registry: Registry,
  tagger: FullTagger,
  name: string,
  manifest: FetchedManifest,
): Promise<SelfTestResult> {
  const { digest } = manifest
  const other = withLineBreak(manifest)
  const put = (tag: string, on = manifest): Step => {
    return { does: `put ${tag}`, run: () => tagger.put(name, tag, on), wants: 'put', else: 'none' }
  }
  const remove = (tag: string, on: Digest, wants: string): Step => {
    const does = `remove ${tag} with ${on === digest ? 'its' : 'another'} digest`
    return { does, run: () => tagger.remove(name, tag, on), wants, else: 'overwrite' }
  }
  const left = (...tags: readonly string[]): Step => {
    return { does: 'look for the tags left', run: tagsLeft, wants: tags.toSorted().join(' '), else: 'overwrite' }
  }
  const steps: readonly Step[] = [
    ...[put(KEEP), put(A), put(B), put(OTHER, other)],
    // All judging rests on it: an answer without a list counts as an outage
    { does: 'list its referrers', run: listed, wants: 'a list', else: 'none' },
    ...[remove(A, digest, 'removed'), left(B, KEEP)],
    { does: 'read the image by digest', run: readable, wants: 'there', else: 'overwrite' },
    ...[remove(B, other.digest, 'moved'), left(B, KEEP)],
    ...[remove(B, digest, 'removed'), left(KEEP), remove(B, digest, 'absent')],
  ]
  for (const step of steps) {
    const seen = await step.run()
    if (seen === step.wants) continue
    const detail = `${name}: ${step.does}: expected "${step.wants}", saw "${seen}"`
    return { means: step.else, detail }
  }
  return { means: 'remove', detail: `${name}: removing a tag with its digest removed that tag only` }

  async function tagsLeft(): Promise<string> {
    const tags = (await registry.tagsOf(name, digest)) ?? []
    return tags
      .filter((tag) => [KEEP, A, B].includes(tag))
      .toSorted()
      .join(' ')
  }

  async function listed(): Promise<string> {
    return (await registry.referrers(name, digest)) === undefined ? 'no list' : 'a list'
  }

  async function readable(): Promise<string> {
    return (await registry.manifest(name, digest)) === undefined ? 'gone' : 'there'
  }
}

/** The same image under another digest: JSON does not mind a line break at its end. */
function withLineBreak({ mediaType, bytes }: FetchedManifest): FetchedManifest {
  const longer = new Uint8Array([...bytes, 0x0a])
  return { digest: digestOf(longer), mediaType, bytes: longer }
}
