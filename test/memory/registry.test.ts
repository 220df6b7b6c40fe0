import { testFullTagger } from '../contracts/full-tagger.ts'
import { testRegistry } from '../contracts/registry.ts'
import type { Fixture } from '../registry/fixtures.ts'
import { memoryRegistry } from './registry.ts'

// The in-memory registry keeps what the adapters promise, so that what is shown on it holds for them

function world(immutable?: (tag: string) => boolean) {
  const { registry, tagger, addBlob, addManifest } = memoryRegistry(immutable, 2)
  const push = async (name: string, { manifest, blobs }: Fixture, tags: readonly string[] = []) => {
    for (const blob of blobs) addBlob(name, blob)
    addManifest(name, manifest, tags)
  }
  return { registry, tagger, push }
}

testRegistry({ title: 'memory', referrers: true, tagsOf: true, make: async () => world() })
testFullTagger({ title: 'memory', make: async (immutable) => world(immutable) })
