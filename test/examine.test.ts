import { describe, expect, it } from 'vitest'
import { examine } from '../lambda/examine.ts'
import { runnable, sign } from './memory/images.ts'
import { HOST, KEYS, memory, NAME } from './memory/world.ts'

const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json'

/** An image with a referrer whose bundle is larger than is read. */
async function withLargeBundle() {
  const { world, registry } = await memory()
  const image = runnable('app')
  const digest = registry.push(NAME, image, 'v1')
  const large = { mediaType: BUNDLE, digest: image.config.digest, size: 8 * 1024 * 1024 + 1 }
  const subject = { mediaType: image.mediaType, digest, size: 1 }
  registry.push(NAME, {
    ...image,
    config: image.config,
    artifactType: BUNDLE,
    layers: [large],
    subject,
  } as typeof image)
  return {
    registry,
    digest,
    look: () => examine({ ...world, registryOf: () => registry.registry }, { host: HOST, name: NAME, digest }),
  }
}

describe('a bundle larger than is read', () => {
  it('leaves no verdict where it might have been the good one', async () => {
    const { look } = await withLargeBundle()
    expect((await look())?.judged).toMatchObject({ kind: 'error', reason: 'over-limit' })
  })

  it('does not hide a good signature beside it', async () => {
    const { registry, digest, look } = await withLargeBundle()
    await sign(registry, NAME, digest, KEYS.privateKey)
    expect((await look())?.judged).toMatchObject({ kind: 'verdict', verdict: { outcome: 'verified' } })
  })
})

it('a bundle with more log entries than are read leaves no verdict either', async () => {
  const { world, registry } = await memory()
  const digest = registry.push(NAME, runnable('app'), 'v1')
  const flood = { mediaType: BUNDLE, verificationMaterial: { tlogEntries: Array.from({ length: 33 }, () => ({})) } }
  const bytes = Buffer.from(JSON.stringify(flood))
  const layer = { mediaType: BUNDLE, digest: registry.addBlob(NAME, bytes), size: bytes.length }
  const { mediaType } = runnable('app')
  registry.push(NAME, {
    ...runnable('app'),
    artifactType: BUNDLE,
    layers: [layer],
    subject: { mediaType, digest, size: 1 },
  } as {
    mediaType: string
  })
  const examined = await examine({ ...world, registryOf: () => registry.registry }, { host: HOST, name: NAME, digest })
  expect(examined?.judged).toMatchObject({
    kind: 'error',
    reason: 'over-limit',
    message: expect.stringContaining('33 log entries'),
  })
})
