import { digestOf } from '../core/digest-of.ts'
import type { FetchedManifest } from '../core/manifest.ts'
import type { Registry, Tagger } from '../ports.ts'

/** Whether the registry behaves as quarantine needs it to; `detail` is for people. */
export type SelfTestResult = { readonly passed: boolean; readonly detail: string }

const KEEP = 'assay-self-test-keep'
const A = 'assay-self-test-a'
const B = 'assay-self-test-b'
const OTHER = 'assay-self-test-other'

type Step = { readonly does: string; readonly run: () => Promise<string>; readonly wants: string }

/**
 * Proves in a scratch repository that removing a tag with its digest removes that tag and nothing else, which AWS does not document.
 * `manifest` is an image already pushed there. Repeatable; leaves the image under two tags of its own.
 */
export async function selfTest(
  registry: Registry,
  tagger: Required<Tagger>,
  name: string,
  manifest: FetchedManifest,
): Promise<SelfTestResult> {
  const { digest } = manifest
  const other = withLineBreak(manifest)
  const steps: readonly Step[] = [
    { does: `put ${KEEP}`, run: () => tagger.put(name, KEEP, manifest), wants: 'put' },
    { does: `put ${A}`, run: () => tagger.put(name, A, manifest), wants: 'put' },
    { does: `put ${B}`, run: () => tagger.put(name, B, manifest), wants: 'put' },
    { does: `put ${OTHER} on another digest`, run: () => tagger.put(name, OTHER, other), wants: 'put' },
    { does: `remove ${A} with its digest`, run: () => tagger.remove(name, A, digest), wants: 'removed' },
    { does: 'look for the tags left', run: () => tagsLeft(), wants: `${B} ${KEEP}` },
    { does: 'read the image by digest', run: () => readable(), wants: 'there' },
    { does: `remove ${B} with another digest`, run: () => tagger.remove(name, B, other.digest), wants: 'moved' },
    { does: 'look for the tags left', run: () => tagsLeft(), wants: `${B} ${KEEP}` },
    { does: `remove ${B} with its digest`, run: () => tagger.remove(name, B, digest), wants: 'removed' },
    { does: 'look for the tags left', run: () => tagsLeft(), wants: KEEP },
    { does: `remove ${B} once more`, run: () => tagger.remove(name, B, digest), wants: 'absent' },
  ]
  for (const { does, run, wants } of steps) {
    const seen = await run()
    if (seen !== wants) return { passed: false, detail: `${name}: ${does}: expected "${wants}", saw "${seen}"` }
  }
  return { passed: true, detail: `${name}: removing a tag with its digest removed that tag only` }

  async function tagsLeft(): Promise<string> {
    const tags = (await registry.tagsOf(name, digest)) ?? []
    return tags
      .filter((tag) => [KEEP, A, B].includes(tag))
      .toSorted()
      .join(' ')
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
