import { describe, expect, it } from 'vitest'
import { loadPolicies } from '../lambda/core/policy/load.ts'
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

describe('an index of more platforms than are read', () => {
  async function look(mode: string) {
    const set = loadPolicies([
      { path: 'test.yaml', text: [policyOf('index', 'enforce'), policyOf('each', mode)].join('---') },
    ]).set
    const { world, registry } = await memory({ policies: set })
    const children = Array.from({ length: 65 }, (_, n) => ({
      mediaType: runnable('').mediaType,
      digest: registry.push(NAME, runnable(String(n))),
      size: 1,
      platform: { os: 'linux', architecture: `cpu${n}` },
    }))
    const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: children }
    const digest = registry.push(NAME, index, 'v1')
    await sign(registry, NAME, digest, KEYS.privateKey)
    return examine({ ...world, registryOf: () => registry.registry }, { host: HOST, name: NAME, digest })
  }

  it('is no verdict where a policy asks for each of them', async () => {
    expect((await look('enforce'))?.judged).toMatchObject({
      kind: 'error',
      reason: 'over-limit',
      message: expect.stringContaining('65 platforms; at most 64 are judged'),
    })
  })

  it('is a warning where only a policy that warns asks for them', async () => {
    expect((await look('warn'))?.judged).toMatchObject({
      verdict: {
        outcome: 'verified',
        policies: [
          { name: 'each', outcome: 'warn' },
          { name: 'index', outcome: 'pass' },
        ],
        checks: expect.arrayContaining([
          expect.objectContaining({ name: 'each/manifest', outcome: 'warn', reason: 'over-limit', platform: 'all' }),
        ]),
      },
    })
  })
})

function policyOf(platforms: string, mode: string): string {
  const key = JSON.stringify(KEYS.publicKey)
  return `
apiVersion: assay.dev/v1alpha1
kind: VerificationPolicy
metadata: { name: ${platforms} }
spec: { images: [{ glob: "**" }], mode: ${mode}, platforms: ${platforms}, authorities: [{ name: key, key: { data: ${key} } }] }
`
}
